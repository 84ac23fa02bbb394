"""Photos on a capture mat to shots in metres, the mat's middle at the origin, Z up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from jobs.contracts.reconstruction import PictureLimits, ReconstructionRequest, UploadedFile
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.focal_length import read_focal_share
from jobs.reconstruction.cameras.mat_calibration import calibrate
from jobs.reconstruction.cameras.mat_errors import MatNotFlat, MatSeldomSeen, ObjectMovedOnMat, SeveralMats
from jobs.reconstruction.cameras.mat_hint import hint_by_mat
from jobs.reconstruction.cameras.mat_sighting import Sighting, find_mats, has_several
from jobs.reconstruction.cameras.posed import Ground, Posed
from jobs.reconstruction.cameras.shot import load_shot
from jobs.reconstruction.errors import listed
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.picture import read_picture
from jobs.runtime.workspace import Workspace

CAMERAS = "the capture mat"
_SAMPLE = 12
_LEAST_OF_LENS = 3
"""Photos that one lens, at one zoom, must have taken for its focal length to be found."""
_FAR_OUT = 3.0
_SURELY_OUT, _CURLED, _NOT_FLAT = 1e-3, 6e-4, 2e-3
"""Root mean square residual of one photo, and the means of all that are told and refused, of the longer side."""


@dataclass(frozen=True)
class _Photo:
    """`focal_share`: what the file says of the zoom, None if nothing."""

    file: UploadedFile
    path: Path
    size_px: tuple[int, int]
    focal_share: float | None
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True)
class _Found:
    """`residual_share`: root mean square, of the photo's longer side."""

    photo: _Photo
    camera: Camera
    residual_share: float


def pose_by_mat(request: ReconstructionRequest, photos: Sequence[UploadedFile], workspace: Workspace) -> Posed | None:
    """Find the mat in each photo, and from it lens, pose and scale; None if there is no mat in the photos.

    Raises:
        SeveralMats, MatSeldomSeen, MatNotFlat: Poses from it could not be relied on.
        BadInput: What `read_picture` raises.
    """
    looked = _look(request.pictures, photos, workspace)
    if not any(photo.sightings for photo in looked):
        return None
    _require_one_mat(looked)
    seen = [photo for photo in looked if photo.sightings]
    if len(seen) < request.carving.min_views:
        raise MatSeldomSeen(len(seen), len(looked), request.carving.min_views)
    found, out = _calibrate_all(seen)
    if len(found) < request.carving.min_views:
        raise MatSeldomSeen(len(found), len(looked), request.carving.min_views)
    warnings = _warn(looked, seen, out) + _require_flat(found)
    shots = map_in_threads(
        lambda item: load_shot(
            item.photo.path, item.photo.file.name, _row(item), CAMERAS, request.pictures, request.carving.max_side_px
        ),
        found,
        lambda done, total: workspace.progress("photos", done, total),
    )
    workspace.progress("mat")
    hints = hint_by_mat(shots, seen[0].sightings[0].mat)
    return Posed(
        shots=tuple(replace(shot, hint=hint) for shot, hint in zip(shots, hints, strict=True)),
        cameras=CAMERAS,
        scale_source="mat",
        warnings=warnings,
        ground=Ground(np.array([0.0, 0.0, 1.0]), 0.0),
        residual_px=float(np.mean([item.residual_share * max(item.photo.size_px) for item in found])),
        disagreement=ObjectMovedOnMat,
    )


def _look(limits: PictureLimits, photos: Sequence[UploadedFile], workspace: Workspace) -> list[_Photo]:
    """Search a sample; if no mat is in it, that is all."""
    workspace.progress("fetch")
    pairs = list(zip(photos, workspace.fetch_all(photos), strict=True))

    def look(pair: tuple[UploadedFile, Path]) -> _Photo:
        picture = read_picture(pair[1], limits)
        return _Photo(*pair, (picture.width, picture.height), read_focal_share(pair[1]), find_mats(picture.rgb))

    first = range(0, len(pairs), max(1, len(pairs) // _SAMPLE))
    sample = dict(zip(first, map_in_threads(look, [pairs[index] for index in first]), strict=True))
    if not any(photo.sightings for photo in sample.values()):
        return list(sample.values())
    others = [index for index in range(len(pairs)) if index not in sample]
    rest = map_in_threads(
        look, [pairs[index] for index in others], lambda done, total: workspace.progress("mat", done, total)
    )
    sample |= zip(others, rest, strict=True)
    return [sample[index] for index in range(len(pairs))]


def _require_one_mat(photos: Sequence[_Photo]) -> None:
    """Raises: SeveralMats"""
    problems = []
    twice = [photo.file.name for photo in photos if any(has_several(sighting) for sighting in photo.sightings)]
    if twice:
        problems.append(f"two of one paper in {listed(twice)}")
    by_paper: dict[str, list[str]] = defaultdict(list)
    for photo in photos:
        for sighting in photo.sightings:
            by_paper[sighting.mat.paper].append(photo.file.name)
    if len(by_paper) > 1:
        problems += [f"the mat for {paper} in {listed(names)}" for paper, names in sorted(by_paper.items())]
    if problems:
        raise SeveralMats(problems)


def _calibrate_all(photos: Sequence[_Photo]) -> tuple[list[_Found], list[str]]:
    """Lens by lens; photos whose poses are far worse than the others' are left out, and named."""
    by_lens: dict[tuple[tuple[int, int], float | None], list[_Photo]] = defaultdict(list)
    for photo in photos:
        by_lens[photo.size_px, photo.focal_share].append(photo)
    out = [photo.file.name for group in by_lens.values() if len(group) < _LEAST_OF_LENS for photo in group]
    groups = [group for group in by_lens.values() if len(group) >= _LEAST_OF_LENS]
    found = [item for group in groups for item in _calibrate(group)]
    if not found:
        return [], out
    median = float(np.median([item.residual_share for item in found]))
    wrong = {item.photo.file.name for item in found if item.residual_share > max(_FAR_OUT * median, _SURELY_OUT)}
    if wrong:
        kept = [[photo for photo in group if photo.file.name not in wrong] for group in groups]
        found = [item for group in kept if len(group) >= _LEAST_OF_LENS for item in _calibrate(group)]
    remaining = {item.photo.file.name for item in found}
    out = [photo.file.name for photo in photos if photo.file.name not in remaining]
    return sorted(found, key=lambda item: item.photo.file.name), out


def _calibrate(photos: Sequence[_Photo]) -> list[_Found]:
    size_px = photos[0].size_px
    calibration = calibrate([photo.sightings[0] for photo in photos], size_px)
    shares = [residual / max(size_px) for residual in calibration.residuals_px]
    return [_Found(*item) for item in zip(photos, calibration.cameras, shares, strict=True)]


def _require_flat(found: Sequence[_Found]) -> tuple[str, ...]:
    """Raises: MatNotFlat"""
    worst = max(found, key=lambda item: item.residual_share)
    mean = float(np.mean([item.residual_share for item in found]))
    longer = max(worst.photo.size_px)
    if mean > _NOT_FLAT:
        raise MatNotFlat(mean * longer, _NOT_FLAT * longer, worst.photo.file.name)
    if mean < _CURLED:
        return ()
    told = f"the mat's corners lie {mean * longer:.1f} px from where a flat sheet would put them: tape it down"
    return (f"{told}; worst is '{worst.photo.file.name}'",)


def _warn(looked: Sequence[_Photo], seen: Sequence[_Photo], out: Sequence[str]) -> tuple[str, ...]:
    names = {photo.file.name for photo in seen}
    unseen = [photo.file.name for photo in looked if photo.file.name not in names]
    warnings = []
    if unseen:
        warnings.append(f"left out, too little of the mat can be made out: {listed(unseen)}")
    if out:
        warnings.append(f"left out, the mat in them does not fit the other photos: {listed(out)}")
    return tuple(warnings)


def _row(found: _Found) -> CameraRow:
    camera = found.camera
    return CameraRow(
        found.photo.file.name,
        camera.K,
        camera.R_camera_world,
        camera.t_camera_world,
        camera.distortion,
        found.photo.size_px,
    )
