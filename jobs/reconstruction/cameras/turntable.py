"""Photos of an object on a turntable with a known step, to shots whose cameras are known but for the scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest, UploadedFile
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.focal_length import read_focal_share
from jobs.reconstruction.cameras.mat_errors import TurntableDoesNotMatch, TurntableSizesDiffer
from jobs.reconstruction.cameras.posed import Posed
from jobs.reconstruction.cameras.shot import Shot, load_shot
from jobs.reconstruction.cameras.turning import Outline, Setup, measure_incoherence
from jobs.reconstruction.errors import EmptySilhouette, FullSilhouette, TooFewViews
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.silhouette import Silhouette, find_silhouette
from jobs.runtime.workspace import Workspace

CAMERAS = "the turntable"
_LEAST_TURN_DEG = 150.0
_SIDE_PX = 640
_MOST_OUTLINES = 16
_ELEVATIONS_DEG = (4.0, 12.0, 20.0, 30.0, 40.0, 52.0, 65.0)
_FOCAL_SHARES = (0.8, 1.3, 2.2)
"""Of the diagonal, tried where the file says nothing: a phone, a normal lens, a portrait lens."""
_REFINED, _ROUNDS = 2, 120
_START_STEPS = np.array([3.0, 0.7, 1.5, 0.06])
"""First changes of elevation and roll [deg], axis [px] and the focal length's logarithm."""
_USUAL_FOCAL_SHARE, _FOCAL_PRIOR_PX = 1.1, 0.02
_INCOHERENT = 0.0028
"""Of the longer side: outlines that miss each other by more are not of one object turned by this step."""


def pose_by_turntable(
    request: ReconstructionRequest, source: PhotoSource, photos: Sequence[UploadedFile], workspace: Workspace
) -> Posed:
    """Find elevation, axis and focal length from the silhouettes alone. `photos` in order of name.

    Raises:
        TurntableSizesDiffer, TurntableDoesNotMatch: The camera was not at rest, or the step is another one.
        EmptySilhouette, FullSilhouette, TooFewViews: Too little of the object can be told from its background.
        BadInput: What `read_picture` raises.
    """
    assert source.turntable is not None  # the caller has looked
    step_deg = source.turntable.step_deg
    _require_turn(step_deg, len(photos))
    shots = _load(request, photos, workspace)
    focal_share = read_focal_share(workspace.fetch(photos[0]))
    outlines, size_px = _find_outlines(shots, step_deg, request.carving.min_views, workspace)
    workspace.progress("turntable")
    setup, residual_px = _find_setup(outlines, size_px, focal_share)
    if residual_px > _INCOHERENT * max(size_px):
        seen = (
            f"their outlines miss each other by {residual_px:.1f} px in pictures of {max(size_px)} px, at most "
            f"{_INCOHERENT * max(size_px):.1f} are expected"
        )
        raise TurntableDoesNotMatch(step_deg, [seen])
    height, width = shots[0].rgb.shape[:2]
    factor = max(width, height) / max(size_px)
    distance = source.known_distance_m or 1.0
    cameras = [_at(setup.scaled(factor), step_deg * index, (width, height), distance) for index in range(len(shots))]
    return Posed(
        shots=tuple(replace(shot, camera=camera) for shot, camera in zip(shots, cameras, strict=True)),
        cameras=CAMERAS,
        scale_source="assumed" if source.known_distance_m is None else "known_distance",
        warnings=_warn(source, focal_share),
        residual_px=residual_px * factor,
        disagreement=partial(TurntableDoesNotMatch, step_deg),
    )


def _require_turn(step_deg: float, photos: int) -> None:
    turn = abs(step_deg) * (photos - 1)
    if turn < _LEAST_TURN_DEG:
        seen = f"together the {photos} photos turn it by {turn:g} degrees only, at least {_LEAST_TURN_DEG:g} are needed"
        raise TurntableDoesNotMatch(step_deg, [seen])


def _load(request: ReconstructionRequest, photos: Sequence[UploadedFile], workspace: Workspace) -> list[Shot]:
    """At working size, with cameras that are yet to be found."""
    workspace.progress("fetch")
    paths = workspace.fetch_all(photos)
    limits, side_px = request.pictures, request.carving.max_side_px
    rows = [CameraRow(photo.name, None, np.eye(3), np.zeros(3), angle_x_rad=1.0) for photo in photos]
    shots = map_in_threads(
        lambda item: load_shot(item[0], item[1].photo, item[1], CAMERAS, limits, side_px),
        list(zip(paths, rows, strict=True)),
        lambda done, total: workspace.progress("photos", done, total),
    )
    usual, _ = Counter(shot.rgb.shape for shot in shots).most_common(1)[0]
    others = [shot.name for shot in shots if shot.rgb.shape != usual]
    if others:
        raise TurntableSizesDiffer(others)
    return shots


def _find_outlines(
    shots: Sequence[Shot], step_deg: float, min_views: int, workspace: Workspace
) -> tuple[list[Outline], tuple[int, int]]:
    """Of the photos that show the whole object, at reduced size; evenly chosen if they are many."""
    height, width = shots[0].rgb.shape[:2]
    factor = min(1.0, _SIDE_PX / max(height, width))
    size = (round(width * factor), round(height * factor))

    def look(shot: Shot) -> Silhouette:
        rgb, alpha = (
            None if plane is None else cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
            for plane in (shot.rgb, shot.alpha)
        )
        return find_silhouette(np.asarray(rgb, np.uint8), None if alpha is None else np.asarray(alpha, np.uint8))

    found = map_in_threads(look, shots, lambda done, total: workspace.progress("outlines", done, total))
    empty = [shot.name for shot, silhouette in zip(shots, found, strict=True) if silhouette.is_empty]
    full = [shot.name for shot, silhouette in zip(shots, found, strict=True) if silhouette.is_full]
    if empty:
        raise EmptySilhouette(empty)
    if full:
        raise FullSilhouette(full)
    whole = [index for index, silhouette in enumerate(found) if not silhouette.is_cut]
    if len(whole) < min_views:
        cut = [shot.name for shot, silhouette in zip(shots, found, strict=True) if silhouette.is_cut]
        raise TooFewViews(len(whole), min_views, cut)
    some = [whole[at] for at in np.unique(np.linspace(0, len(whole) - 1, _MOST_OUTLINES).round().astype(int))]
    return [Outline.of(found[index].mask, step_deg * index) for index in some], size


def _find_setup(
    outlines: Sequence[Outline], size_px: tuple[int, int], focal_share: float | None
) -> tuple[Setup, float]:
    """The setup that makes the outlines most coherent, and by how much they still miss [px]."""
    diagonal = float(np.hypot(*size_px))
    edges = np.stack([[outline.pixels.min(axis=0), outline.pixels.max(axis=0)] for outline in outlines])
    low, high = edges[:, 0].min(axis=0), edges[:, 1].max(axis=0)
    axis_px, row_px = ((low + high) / 2).tolist()

    def rate(vector: NDArray[np.float64]) -> float:
        setup = _setup(vector, row_px, fixed)
        if not -5 < setup.elevation_deg < 85 or not 0.3 < setup.focal_px / diagonal < 12:
            return 100.0
        away = np.log(setup.focal_px / diagonal / _USUAL_FOCAL_SHARE)
        return measure_incoherence(setup, outlines, size_px) + _FOCAL_PRIOR_PX * away**2

    fixed = focal_share * diagonal if focal_share is not None else None
    shares = _FOCAL_SHARES if focal_share is None else (focal_share,)
    starts = [
        np.array([elevation, 0.0, axis_px, np.log(share * diagonal)])
        for elevation in _ELEVATIONS_DEG
        for share in shares
    ]
    free = 4 if fixed is None else 3
    starts = sorted((start[:free] for start in starts), key=rate)[:_REFINED]
    ends = [
        minimize(
            rate,
            start,
            method="Nelder-Mead",
            options={
                "maxfev": _ROUNDS,
                "xatol": 0.01,
                "fatol": 1e-4,
                "initial_simplex": np.vstack([start, start + np.diag(_START_STEPS[:free])]),
            },
        )
        for start in starts
    ]
    best = _setup(min(ends, key=lambda end: float(end.fun)).x, row_px, fixed)
    return best, measure_incoherence(best, outlines, size_px)


def _setup(vector: NDArray[np.float64], row_px: float, focal_px: float | None) -> Setup:
    focal = float(np.exp(vector[3])) if focal_px is None else focal_px
    return Setup(focal, float(vector[0]), float(vector[1]), float(vector[2]), row_px)


def _at(setup: Setup, turned_deg: float, size_px: tuple[int, int], distance: float) -> Camera:
    camera = setup.camera(turned_deg, size_px)
    return replace(camera, t_camera_world=camera.t_camera_world * distance)


def _warn(source: PhotoSource, focal_share: float | None) -> tuple[str, ...]:
    warnings = []
    if focal_share is None:
        warnings.append("the photos do not say their focal length; it was estimated from the silhouettes")
    if source.known_distance_m is None and source.known_size_m is None:
        warnings.append("a turntable does not tell the scale: give --known-size or --known-distance")
    return tuple(warnings)
