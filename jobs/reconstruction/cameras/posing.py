"""Photos to shots whose cameras are known, by whatever tells where they were taken from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest, ScaleSource
from jobs.reconstruction.cameras.camera_file import match_photos, read_cameras
from jobs.reconstruction.cameras.shot import Shot, load_shot
from jobs.reconstruction.errors import NoPhotos, TooFewViews, TooManyPhotos, listed
from jobs.reconstruction.parallel import map_in_threads
from jobs.runtime.workspace import Workspace


@dataclass(frozen=True)
class Ground:
    """The plane that the object stands on: `normal` (3,) @ x >= `offset` holds the object [world units]."""

    normal: NDArray[np.float64]
    offset: float


@dataclass(frozen=True)
class Posed:
    """`cameras`: what told where the photos were taken from, for messages.

    `residual_px`: mean reprojection error of the poses, where they were estimated. `points`: (n, 3) [world units],
    triangulated on the way; none from camera files.
    """

    shots: tuple[Shot, ...]
    cameras: str
    scale_source: ScaleSource
    warnings: tuple[str, ...] = ()
    ground: Ground | None = None
    residual_px: float | None = None
    points: NDArray[np.float64] | None = None


def pose_photos(request: ReconstructionRequest, source: PhotoSource, workspace: Workspace) -> Posed:
    """Fetch the photos and find out where each was taken from.

    Raises:
        NoPhotos, TooManyPhotos, TooFewViews: By number alone, before any is opened.
        BadInput: Photos or cameras cannot be worked with, see `errors`.
    """
    _require_photos(request, source)
    return _from_files(request, source, workspace)


def _require_photos(request: ReconstructionRequest, source: PhotoSource) -> None:
    if not source.photos:
        raise NoPhotos(request.name)
    if len(source.photos) > request.pictures.max_photos:
        raise TooManyPhotos(request.name, len(source.photos), request.pictures.max_photos)
    if len(source.photos) < request.carving.min_views:
        raise TooFewViews(len(source.photos), request.carving.min_views, ())


def _from_files(request: ReconstructionRequest, source: PhotoSource, workspace: Workspace) -> Posed:
    """Raises: InvalidCameras, UnknownCameraModel, CamerasDoNotMatch, and what `read_picture` raises."""
    (file,) = source.cameras
    cameras = read_cameras(workspace.fetch(file))
    name = PurePosixPath(file.name).name
    pairs, unused = match_photos(file, cameras.rows, source.photos)
    workspace.progress("fetch")
    paths = workspace.fetch_all(photo for photo, _ in pairs)
    limits, max_side_px = request.pictures, request.carving.max_side_px
    shots = map_in_threads(
        lambda pair: load_shot(pair[0], pair[1][0].name, pair[1][1], name, limits, max_side_px),
        list(zip(paths, pairs, strict=True)),
        lambda done, total: workspace.progress("photos", done, total),
    )
    warnings = (f"not used, '{name}' has no row for them: {listed(unused)}",) if unused else ()
    assumed = cameras.scale_source == "assumed" and source.known_size_m is None
    return Posed(tuple(shots), name, cameras.scale_source, (*(cameras.warnings if assumed else ()), *warnings))
