"""The providers for photos: silhouettes, space carving, stereo, colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trimesh.visual import ColorVisuals

from jobs.contracts.check import CheckResult
from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest, ScaleSource
from jobs.geometry.extents import compute_longest_extent_m
from jobs.reconstruction.appearance.colouring import compute_vertex_colours
from jobs.reconstruction.appearance.contact_sheet import save_contact_sheet
from jobs.reconstruction.cameras.posing import Posed, pose_photos
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.carved import Carved, carve
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.errors import EmptySilhouette, FullSilhouette, TooFewViews
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.silhouette import find_silhouette
from jobs.reconstruction.quality.evidence import check_mesh
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.runtime.workspace import Workspace

_DIFFERENT_SIZE = 0.1
"""Share by which a given size may differ from the cameras' before it is worth a warning."""


@dataclass(frozen=True)
class VisualHull:
    """See `Reconstructor`. What silhouettes alone say."""

    takes: frozenset[str] = frozenset({"photos"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """Photos to a closed, coloured mesh in the cameras' world.

        Raises:
            BadInput: Each thing that can be wrong with photos or cameras has its own error, see `errors`.
        """
        source = request.source
        assert isinstance(source, PhotoSource)  # `takes` says so
        posed = pose_photos(request, source, workspace)
        views = _find_objects(posed.shots, request.carving.min_views, workspace)
        carved = carve(views, posed.cameras, request.carving, workspace.progress)
        workspace.progress("colour")
        carved.mesh.visual = ColorVisuals(carved.mesh, vertex_colors=compute_vertex_colours(carved.mesh, carved.views))
        save_contact_sheet(workspace.output("picture/contact_sheet", "contact_sheet.jpg"), carved.mesh, carved.views)
        checks, scale_source, more = _scale(carved, posed, source, request.name)
        return Reconstruction(
            mesh=carved.mesh,
            scale_source=scale_source,
            checks=(*checks, *_check_views(carved, request.name)),
            warnings=(*posed.warnings, *carved.warnings, *more),
            views_used=len(carved.views),
            views_cut=tuple(view.name for view in carved.views if view.is_cut),
        )


def _find_objects(shots: Sequence[Shot], min_views: int, workspace: Workspace) -> list[View]:
    """Raises: EmptySilhouette, FullSilhouette, TooFewViews."""
    found = map_in_threads(
        lambda shot: (shot, find_silhouette(shot.rgb, shot.alpha)),
        shots,
        lambda done, total: workspace.progress("silhouettes", done, total),
    )
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
    carved: Carved, posed: Posed, source: PhotoSource, name: str
) -> tuple[tuple[CheckResult, ...], ScaleSource, tuple[str, ...]]:
    """Bring the mesh to the known size, if there is one; about the world's origin, so that it stays where it was."""
    if source.known_size_m is None:
        return check_mesh(carved.mesh, name, posed.scale_source), posed.scale_source, ()
    factor = source.known_size_m / compute_longest_extent_m(carved.mesh)
    carved.mesh.apply_scale(factor)
    warnings = ()
    if posed.scale_source == "cameras" and abs(factor - 1) > _DIFFERENT_SIZE:
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
