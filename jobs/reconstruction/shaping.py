"""From the object in every photo to a closed, coloured mesh, and what photos and cameras say about it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.reconstruction import CarvingSettings, PhotoSource, ReconstructionRequest, ScaleSource
from jobs.geometry.extents import compute_longest_extent_m
from jobs.reconstruction.cameras.posed import Posed
from jobs.reconstruction.carving.carved import Carved, Hull, complete, find_hull
from jobs.reconstruction.carving.underside import Underside
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.errors import CamerasDoNotMatch
from jobs.reconstruction.finishing import finish
from jobs.reconstruction.pictures.assessment import PhotoAssessment, warn_of_photos
from jobs.reconstruction.quality.evidence import check_mesh
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.reconstruction.stereo.kernel import SweepKernel
from jobs.reconstruction.stereo.refinement import refine
from jobs.runtime.workspace import Workspace

_DIFFERENT_SIZE = 0.1
"""Share by which a given size may differ from the cameras' before it is worth a warning."""


def shape_object(
    views: Sequence[View],
    assessing: Future[tuple[PhotoAssessment, ...]],
    posed: Posed,
    request: ReconstructionRequest,
    kernel: SweepKernel | None,
    workspace: Workspace,
    beside: Executor,
) -> Reconstruction:
    """In the cameras' world.

    Args:
        assessing: How good the photos are, which takes a while.
        kernel: That of stereo; without one the hull is all.
        beside: For what can wait.

    Raises:
        CamerasDoNotMatch, or what the poses' source says instead: No shape fits the silhouettes.
        SeveralObjects: Where one was asked for.
    """
    source = request.source
    assert isinstance(source, PhotoSource)  # only photos are carved
    hull = _find_hull(views, posed, request.carving, workspace)
    if kernel is not None:
        hull = refine(hull, kernel, workspace.progress)
    carved = complete(hull)
    photos = assessing.result()
    finished = finish(carved, posed, request, workspace, photos, beside)
    carved = finished.carved
    checks, scale_source, more = _scale(carved, posed, source, request.name)
    textured = workspace.output("mesh/textured_glb", "textured.glb")
    finished.texture.result().save(carved.mesh, textured)
    return Reconstruction(
        mesh=carved.mesh,
        scale_source=scale_source,
        checks=(*checks, *_check_views(carved, request.name)),
        warnings=(
            *posed.warnings,
            *warn_of_photos(photos),
            *carved.warnings,
            *finished.warnings,
            *finished.evidence.advice,
            *more,
        ),
        views_used=len(carved.views),
        views_cut=tuple(view.name for view in carved.views if view.is_cut),
        evidence=finished.evidence,
        textured_glb=textured,
    )


def _find_hull(views: Sequence[View], posed: Posed, settings: CarvingSettings, workspace: Workspace) -> Hull:
    """Raises: CamerasDoNotMatch, or what the poses' source says instead."""
    ground = Underside(posed.ground.normal, posed.ground.offset, is_known=True) if posed.ground else None
    try:
        return find_hull(views, posed.cameras, settings, workspace.progress, ground)
    except CamerasDoNotMatch as error:
        if posed.disagreement is None:
            raise
        raise posed.disagreement(error.problems) from error


def _scale(
    carved: Carved, posed: Posed, source: PhotoSource, name: str
) -> tuple[tuple[CheckResult, ...], ScaleSource, tuple[str, ...]]:
    """Bring the mesh to the known size, else to the known distance; about the world's origin, so that it stays where
    it was."""
    given = _given_factors(carved, source)
    if not given:
        return check_mesh(carved.mesh, name, posed.scale_source), posed.scale_source, ()
    scale_source, factor = given[0]
    warnings = []
    if len(given) > 1 and abs(given[1][1] / factor - 1) > _DIFFERENT_SIZE:
        seen_m = given[1][1] * compute_longest_extent_m(carved.mesh)
        warnings.append(f"by the given distance it is {seen_m:.4g} m long, the given size is {source.known_size_m:g} m")
    if posed.scale_source in ("cameras", "mat") and abs(factor - 1) > _DIFFERENT_SIZE:
        seen_m = compute_longest_extent_m(carved.mesh)
        kind = "size" if scale_source == "known_size" else "distance"
        warnings.append(f"{posed.cameras} says {seen_m:.4g} m, by the given {kind} it is {seen_m * factor:.4g} m")
    carved.mesh.apply_scale(factor)
    return check_mesh(carved.mesh, name, scale_source), scale_source, tuple(warnings)


def _given_factors(carved: Carved, source: PhotoSource) -> list[tuple[ScaleSource, float]]:
    """What the mesh is to be scaled by, as each given length has it; the more direct one first."""
    given: list[tuple[ScaleSource, float]] = []
    if source.known_size_m is not None:
        given.append(("known_size", source.known_size_m / compute_longest_extent_m(carved.mesh)))
    if source.known_distance_m is not None:
        middle = np.asarray(carved.mesh.bounds).mean(axis=0)
        distances = [float(np.linalg.norm(view.camera.position - middle)) for view in carved.views]
        given.append(("known_distance", source.known_distance_m / float(np.median(distances))))
    return given


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
