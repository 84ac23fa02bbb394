"""What the photos say about a mesh that was made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.contracts.quality import PhotoFigures, SurfaceFigures
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.coverage import measure_coverage
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.pictures.assessment import PhotoAssessment
from jobs.reconstruction.quality.photometric import measure_photometric
from jobs.reconstruction.quality.sighting import count_sightings, sight_points
from jobs.reconstruction.quality.surface_sample import sample_surface
from jobs.reconstruction.quality.triangulated import TriangulatedPoints

_POINTS = 12_000


@dataclass(frozen=True)
class PhotoEvidence:
    """`photos`: those that the mesh was made from, in their order. `residual_px`: see `Posed`."""

    photos: tuple[PhotoFigures, ...]
    surface: SurfaceFigures
    residual_px: float | None
    advice: tuple[str, ...]

    @property
    def photometric_error(self) -> float | None:
        """Mean over the photos; None if none of them shows enough."""
        known = [photo.photometric_error for photo in self.photos if photo.photometric_error is not None]
        return float(np.mean(known)) if known else None


def gather_evidence(
    mesh: trimesh.Trimesh,
    caster: RayCaster,
    views: Sequence[View],
    ious: Sequence[float],
    up: NDArray[np.float64] | None,
    residual_px: float | None,
    points: NDArray[np.float64] | None,
    assessments: Sequence[PhotoAssessment] = (),
) -> PhotoEvidence:
    """Compare mesh and photos; both in the world of the cameras.

    Args:
        caster: Of the mesh.
        ious: Of each view's silhouette and the mesh's.
        up: (3,) where it is known.
        points: (n, 3) triangulated for the cameras' poses, where they were estimated.
    """
    sample = sample_surface(mesh, _POINTS)
    sightings = sight_points(caster, sample, views)
    shown = count_sightings(sightings, _POINTS)
    known = TriangulatedPoints.of(points, mesh)
    photometric = measure_photometric(sample, views, sightings, known.confirm(sample) if known else None)
    assessed = {assessment.name: assessment for assessment in assessments}
    rows = zip(views, ious, photometric.errors, strict=True)
    coverage = measure_coverage([view.camera for view in views], np.asarray(mesh.bounds).mean(axis=0), up)
    return PhotoEvidence(
        photos=tuple(_describe(view, iou, error, assessed.get(view.name)) for view, iou, error in rows),
        surface=SurfaceFigures(
            seen_once=float((shown >= 1).mean()),
            seen_thrice=float((shown >= 3).mean()),
            contradicted=photometric.contradicted,
            points_off=known.off if known else None,
        ),
        residual_px=residual_px,
        advice=coverage.advice if coverage else (),
    )


def _describe(view: View, iou: float, error: float | None, assessed: PhotoAssessment | None) -> PhotoFigures:
    return PhotoFigures(
        name=view.name,
        is_cut=view.is_cut,
        silhouette_iou=iou,
        photometric_error=error,
        sharpness=assessed.sharpness if assessed else None,
        overexposed=assessed.overexposed if assessed else None,
        underexposed=assessed.underexposed if assessed else None,
        duplicate_of=assessed.duplicate_of if assessed else None,
    )
