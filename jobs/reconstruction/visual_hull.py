"""The provider for posed photos: silhouettes, space carving, colours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from trimesh.visual import ColorVisuals

from jobs.contracts.check import CheckResult
from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest
from jobs.geometry.extents import compute_longest_extent_m
from jobs.reconstruction.capture import CameraFile, Shot, load_shot, match_photos, read_cameras, require_photos
from jobs.reconstruction.carving import Carved, carve
from jobs.reconstruction.colouring import compute_vertex_colours
from jobs.reconstruction.contact_sheet import save_contact_sheet
from jobs.reconstruction.errors import EmptySilhouette, FullSilhouette, TooFewViews, listed
from jobs.reconstruction.evidence import check_mesh
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.reconstruction.silhouette import find_silhouette
from jobs.reconstruction.view import View
from jobs.runtime.workspace import Workspace

_DIFFERENT_SIZE = 0.1
"""Share by which a given size may differ from the cameras' before it is worth a warning."""


@dataclass(frozen=True)
class VisualHull:
    """See `Reconstructor`."""

    takes: frozenset[str] = frozenset({"photos"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """Posed photos to a closed, coloured mesh in the cameras' world.

        Raises:
            BadInput: Each thing that can be wrong with photos or cameras has its own error, see `errors`.
        """
        source = request.source
        assert isinstance(source, PhotoSource)  # `takes` says so
        require_photos(request.name, source, request.pictures, request.carving)
        cameras, shots, warnings = _load(source, request, workspace)
        views = _find_objects(shots, request.carving.min_views, workspace)
        carved = carve(views, PurePosixPath(source.cameras.name).name, request.carving, workspace.progress)
        workspace.progress("colour")
        carved.mesh.visual = ColorVisuals(carved.mesh, vertex_colors=compute_vertex_colours(carved.mesh, carved.views))
        save_contact_sheet(workspace.output("picture/contact_sheet", "contact_sheet.jpg"), carved.mesh, carved.views)
        checks, scale_source, more = _scale(carved, cameras, source, request.name)
        return Reconstruction(
            mesh=carved.mesh,
            scale_source=scale_source,
            checks=(*checks, *_check_views(carved, request.name)),
            warnings=(*warnings, *carved.warnings, *more),
            views_used=len(carved.views),
            views_cut=tuple(view.name for view in carved.views if view.is_cut),
        )


def _load(
    source: PhotoSource, request: ReconstructionRequest, workspace: Workspace
) -> tuple[CameraFile, list[Shot], tuple[str, ...]]:
    cameras = read_cameras(workspace.fetch(source.cameras))
    name = PurePosixPath(source.cameras.name).name
    pairs, unused = match_photos(source.cameras, cameras.rows, source.photos)
    workspace.progress("fetch")
    paths = workspace.fetch_all(photo for photo, _ in pairs)
    shots = []
    for done, (path, (photo, row)) in enumerate(zip(paths, pairs, strict=True)):
        workspace.progress("photos", done, len(pairs))
        shots.append(load_shot(path, photo.name, row, name, request.pictures, request.carving.max_side_px))
    warnings = [f"not used, '{name}' has no row for them: {listed(unused)}"] if unused else []
    assumed = cameras.scale_source == "assumed" and source.known_size_m is None
    return cameras, shots, (*(cameras.warnings if assumed else ()), *warnings)


def _find_objects(shots: list[Shot], min_views: int, workspace: Workspace) -> list[View]:
    """Raises: EmptySilhouette, FullSilhouette, TooFewViews."""
    found = []
    for done, shot in enumerate(shots):
        workspace.progress("silhouettes", done, len(shots))
        found.append((shot, find_silhouette(shot.rgb, shot.alpha)))
    empty = [shot.name for shot, silhouette in found if silhouette.is_empty]
    full = [shot.name for shot, silhouette in found if silhouette.is_full]
    if empty:
        raise EmptySilhouette(empty)
    if full:
        raise FullSilhouette(full)
    views = [View.of(shot, silhouette) for shot, silhouette in found]
    usable = sum(not view.is_cut for view in views)
    if usable < min_views:
        raise TooFewViews(usable, min_views, [view.name for view in views if view.is_cut])
    return views


def _scale(
    carved: Carved, cameras: CameraFile, source: PhotoSource, name: str
) -> tuple[tuple[CheckResult, ...], Literal["known_size", "cameras", "assumed"], tuple[str, ...]]:
    """Bring the mesh to the known size, if there is one; about the world's origin, so that it stays where it was."""
    if source.known_size_m is None:
        return check_mesh(carved.mesh, name, cameras.scale_source), cameras.scale_source, ()
    factor = source.known_size_m / compute_longest_extent_m(carved.mesh)
    carved.mesh.apply_scale(factor)
    warnings = ()
    if cameras.scale_source == "cameras" and abs(factor - 1) > _DIFFERENT_SIZE:
        seen_m = source.known_size_m / factor
        warnings = (f"the cameras say {seen_m:.4g} m, the given size is {source.known_size_m:g} m",)
    return check_mesh(carved.mesh, name, "known_size"), "known_size", warnings


def _check_views(carved: Carved, name: str) -> tuple[CheckResult, ...]:
    usable = [(view, iou) for view, iou in zip(carved.views, carved.agreement.ious, strict=True) if not view.is_cut]
    worst = min(usable, key=lambda pair: pair[1])
    agreement = replace(carved.agreement, ious=tuple(iou for _, iou in usable))
    return (
        CheckResult(
            name="views_usable",
            subject=name,
            value=float(len(usable)),
            detail=f"{len(carved.views) - len(usable)} more are cut by the frame.",
        ),
        CheckResult(
            name="silhouette_iou",
            subject=name,
            value=agreement.mean(),
            detail=f"Least in '{worst[0].name}': {worst[1]:.3f}.",
        ),
    )
