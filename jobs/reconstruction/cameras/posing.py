"""Photos to shots whose cameras are known, by whatever tells where they were taken from."""

from __future__ import annotations

from pathlib import PurePosixPath

from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest
from jobs.reconstruction.cameras.camera_file import match_photos, read_cameras
from jobs.reconstruction.cameras.posed import Posed as Posed
from jobs.reconstruction.cameras.shot import load_shot
from jobs.reconstruction.errors import NoPhotos, TooFewViews, TooManyPhotos, listed
from jobs.reconstruction.parallel import map_in_threads
from jobs.runtime.workspace import Workspace


def pose_photos(request: ReconstructionRequest, source: PhotoSource, workspace: Workspace) -> Posed:
    """Fetch the photos and find out where each was taken from.

    Raises:
        NoPhotos, TooManyPhotos, TooFewViews: By number alone, before any is opened.
        BadInput: Photos or cameras cannot be worked with, see `errors`.
    """
    _require_photos(request, source)
    if source.cameras:
        return _from_files(request, source, workspace)
    photos = sorted(source.photos, key=lambda photo: photo.name)
    if source.turntable is not None:
        from jobs.reconstruction.cameras.turntable import pose_by_turntable  # brings SciPy, as do those below

        return pose_by_turntable(request, source, photos, workspace)
    from jobs.reconstruction.cameras.mat_posing import pose_by_mat

    posed = pose_by_mat(request, photos, workspace)
    if posed is not None:
        return posed
    from jobs.reconstruction.cameras.unposed import pose_by_texture  # pycolmap is large, and seldom needed

    return pose_by_texture(request, photos, workspace)


def _require_photos(request: ReconstructionRequest, source: PhotoSource) -> None:
    if not source.photos:
        raise NoPhotos(request.name)
    if len(source.photos) > request.pictures.max_photos:
        raise TooManyPhotos(request.name, len(source.photos), request.pictures.max_photos)
    if len(source.photos) < request.carving.min_views:
        raise TooFewViews(len(source.photos), request.carving.min_views, ())


def _from_files(request: ReconstructionRequest, source: PhotoSource, workspace: Workspace) -> Posed:
    """Raises: InvalidCameras, UnknownCameraModel, CamerasDoNotMatch, and what `read_picture` raises."""
    file = next((one for one in source.cameras if PurePosixPath(one.name).stem == "images"), source.cameras[0])
    cameras = read_cameras(*workspace.fetch_all(source.cameras))
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
