"""Photos whose poses nothing tells but what they show, to shots in a world that stands upright."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from jobs.contracts.reconstruction import PictureLimits, PosingSettings, ReconstructionRequest, UploadedFile
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.features import find_features
from jobs.reconstruction.cameras.lens import read_lens
from jobs.reconstruction.cameras.point_hint import hint_by_points
from jobs.reconstruction.cameras.posed import Ground, Posed
from jobs.reconstruction.cameras.sfm import Findings, Look, find_structure
from jobs.reconstruction.cameras.sfm_errors import (
    CameraStoodStill,
    ObjectMoves,
    ObjectNotSeen,
    PhotosContradict,
    PosesNotFound,
)
from jobs.reconstruction.cameras.shot import Shot, load_shot
from jobs.reconstruction.cameras.structure import Structure
from jobs.reconstruction.cameras.upright import Place, place_upright
from jobs.reconstruction.errors import listed
from jobs.reconstruction.heap import trim_heap
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.picture import read_picture
from jobs.runtime.workspace import Workspace

CAMERAS = "poses found from the photos' texture"
_MOST_STILL = 0.5
_LEAST_SPREAD_DEG = 30.0
_FEW_FEATURES = 200


@dataclass(frozen=True)
class PlacedPhotos:
    """`photos[i]`, at `paths[i]`, upright of `sizes_px[i]`, is photo i of `place.structure`, which has its camera if it
    was placed."""

    photos: tuple[UploadedFile, ...]
    paths: tuple[Path, ...]
    sizes_px: tuple[tuple[int, int], ...]
    place: Place


def pose_by_texture(request: ReconstructionRequest, photos: Sequence[UploadedFile], workspace: Workspace) -> Posed:
    """Structure from motion, stood upright, at an assumed size; hints from its points.

    Raises:
        ObjectMoves, PosesNotFound, CameraStoodStill, ObjectNotSeen: Poses could not be found, or not relied on.
        BadInput: What `read_picture` raises.
        ProviderFailed: See `find_structure`.
    """
    return load_posed(request, place_photos(request, photos, workspace), workspace)


def place_photos(request: ReconstructionRequest, photos: Sequence[UploadedFile], workspace: Workspace) -> PlacedPhotos:
    """Raises: As `pose_by_texture`."""
    workspace.progress("fetch")
    paths = workspace.fetch_all(photos)
    looks = map_in_threads(
        lambda path: look_at_photo(path, request.pictures, request.posing),
        paths,
        lambda done, total: workspace.progress("features", done, total),
    )
    trim_heap()
    findings = find_structure(looks, request.posing, workspace.scratch("sfm"), workspace.progress)
    structure = _require_poses(findings, looks, request)
    place = place_upright(structure)
    if place is None:
        raise ObjectNotSeen([photos[index].name for index in structure.cameras])
    return PlacedPhotos(tuple(photos), paths, tuple(look.lens.size_px for look in looks), place)


def look_at_photo(path: Path, limits: PictureLimits, settings: PosingSettings) -> Look:
    """Raises: BadInput: What `read_picture` raises."""
    picture = read_picture(path, limits)
    grey = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY)
    factor = min(1.0, settings.max_side_px / max(grey.shape))
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    if factor < 1:
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    lens = read_lens(path, (picture.width, picture.height))
    return Look(lens, size, find_features(np.asarray(grey, np.uint8), settings.features))


def load_posed(
    request: ReconstructionRequest, placed: PlacedPhotos, workspace: Workspace, left_out: Sequence[int] = ()
) -> Posed:
    """Shots of the photos that were placed, but for those `left_out`."""
    structure = placed.place.structure
    indices = [index for index in structure.cameras if index not in left_out]
    shots = map_in_threads(
        lambda index: _load(request, placed, index),
        indices,
        lambda done, total: workspace.progress("photos", done, total),
    )
    hints = hint_by_points(shots, placed.place)
    trim_heap()
    missing = [photo.name for index, photo in enumerate(placed.photos) if index not in structure.cameras]
    return Posed(
        shots=tuple(replace(shot, hint=hint) for shot, hint in zip(shots, hints, strict=True)),
        cameras=CAMERAS,
        scale_source="assumed",
        warnings=(f"left out, they could not be placed: {listed(missing)}",) if missing else (),
        ground=Ground(np.array([0.0, 0.0, 1.0]), 0.0) if placed.place.has_ground else None,
        residual_px=structure.residual_px,
        points=structure.points[placed.place.is_object],
        disagreement=PhotosContradict,
    )


def _load(request: ReconstructionRequest, placed: PlacedPhotos, index: int) -> Shot:
    camera, seen_px = placed.place.structure.cameras[index], placed.place.structure.sizes_px[index]
    size_px = placed.sizes_px[index]
    K = camera.scaled(size_px[0] / seen_px[0], size_px[1] / seen_px[1]).K
    name = placed.photos[index].name
    row = CameraRow(name, K, camera.R_camera_world, camera.t_camera_world, camera.distortion, size_px)
    return load_shot(placed.paths[index], name, row, CAMERAS, request.pictures, request.carving.max_side_px)


def _require_poses(findings: Findings, looks: Sequence[Look], request: ReconstructionRequest) -> Structure:
    """Raises: ObjectMoves, PosesNotFound, CameraStoodStill"""
    structure = findings.structure
    if findings.still_share > _MOST_STILL:
        raise ObjectMoves(findings.still_share)
    required = max(request.carving.min_views, math.ceil(request.posing.min_share * len(looks)))
    if structure is None or len(structure.cameras) < required:
        placed = 0 if structure is None else len(structure.cameras)
        raise PosesNotFound(placed, len(looks), required, _explain(looks))
    spread_deg = _measure_spread_deg(structure)
    if spread_deg < _LEAST_SPREAD_DEG:
        raise CameraStoodStill(spread_deg, _LEAST_SPREAD_DEG)
    return structure


def _explain(looks: Sequence[Look]) -> str:
    features = int(np.median([len(look.features.xy) for look in looks]))
    if features < _FEW_FEATURES:
        return f"they show little texture (in half of them at most {features} distinct points)"
    return (
        f"they show texture ({features} distinct points in a typical one), but too little of it is seen again from "
        "elsewhere, or it contradicts itself, as when an object turns before a background at rest"
    )


def _measure_spread_deg(structure: Structure) -> float:
    """Largest angle between two cameras' directions from where they aim at."""
    away = structure.positions - structure.meeting_point()
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    return float(np.rad2deg(np.arccos(np.clip((away @ away.T).min(), -1, 1))))
