"""The quality report of a mesh, whoever made it, and the checks that follow from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import trimesh

from jobs.contracts.check import CheckResult
from jobs.contracts.quality import GRADE_VALUES, MeshFigures, QualityReport
from jobs.contracts.reconstruction import ReconstructionRequest, ScaleSource
from jobs.geometry.closed import compute_volume_m3, merge_vertices
from jobs.reconstruction.quality.grade import grade
from jobs.reconstruction.quality.photo_evidence import PhotoEvidence
from jobs.reconstruction.quality.plate import find_plates, sample_for_plates
from jobs.reconstruction.quality.self_intersection import find_self_intersections
from jobs.reconstruction.quality.topology import measure_topology

_MOST_FACES = 400_000
"""Beyond it faces that run through each other are not looked for: seconds for each million."""
_SMALL_PIECE = 0.02
_BLURRED = 0.5


def report_quality(
    request: ReconstructionRequest,
    provider: str,
    mesh: trimesh.Trimesh,
    scale_source: ScaleSource,
    evidence: PhotoEvidence | None,
) -> QualityReport:
    """Measure the mesh [m], take in what photos say about it, and grade both."""
    figures = _measure(mesh)
    letter, reasons = grade(_to_judge(request, figures, scale_source, evidence))
    return QualityReport(
        schema_version=1,
        name=request.name,
        provider=provider,
        grade=letter,
        reasons=reasons,
        scale_source=scale_source,
        mesh=figures,
        surface=evidence.surface if evidence else None,
        photos=evidence.photos if evidence else (),
        residual_px=evidence.residual_px if evidence else None,
        advice=evidence.advice if evidence else (),
    )


def check_quality(report: QualityReport, evidence: PhotoEvidence | None) -> tuple[CheckResult, ...]:
    """`mesh_manifold`, `self_intersections` and `grade` of every mesh; `surface_seen`, `photometric_error` and
    `photos_contradict` of those made from photos."""
    name, mesh = report.name, report.mesh
    too_many = f"more than {_MOST_FACES:,} faces"
    checks = [
        CheckResult(name="mesh_manifold", subject=name, value=float(mesh.manifold)),
        CheckResult(
            name="self_intersections",
            subject=name,
            value=None if mesh.self_intersections is None else float(mesh.self_intersections),
            error=too_many if mesh.self_intersections is None else None,
        ),
        CheckResult(
            name="grade",
            subject=name,
            value=float(GRADE_VALUES[report.grade]),
            detail=f"{report.grade}. {'; '.join(reason.text for reason in report.reasons)}".strip(),
        ),
    ]
    if evidence is None:
        return tuple(checks)
    surface = evidence.surface
    advice = " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in evidence.advice)
    unseen = "too little of the surface is shown by three photos, or all that is is confirmed otherwise"
    error, contradicted = evidence.photometric_error, surface.contradicted
    return (
        *checks,
        CheckResult(name="surface_seen", subject=name, value=surface.seen_thrice, detail=advice),
        CheckResult(name="photometric_error", subject=name, value=error, error=unseen if error is None else None),
        CheckResult(
            name="photos_contradict",
            subject=name,
            value=contradicted,
            error=unseen if contradicted is None else None,
            detail="A hollow that outlines do not show, shine, or shadows that move.",
        ),
    )


def _measure(mesh: trimesh.Trimesh) -> MeshFigures:
    merged = merge_vertices(mesh)
    topology, volume_m3 = measure_topology(merged), compute_volume_m3(mesh)
    x, y, z = (float(extent) for extent in mesh.extents)
    looked = len(merged.faces) <= _MOST_FACES
    return MeshFigures(
        closed=topology.is_closed and volume_m3 > 0,
        manifold=topology.is_manifold,
        pieces=topology.pieces,
        small_pieces=int(np.count_nonzero(topology.piece_areas < _SMALL_PIECE * topology.piece_areas.max(initial=0))),
        open_edges=topology.open_edges,
        holes=topology.holes,
        genus=topology.genus,
        self_intersections=len(find_self_intersections(merged)) if looked else None,
        plates=len(find_plates(sample_for_plates(mesh))),
        faces=len(mesh.faces),
        vertices=len(mesh.vertices),
        extents_m=(x, y, z),
        volume_m3=volume_m3,
    )


def _to_judge(
    request: ReconstructionRequest, mesh: MeshFigures, scale_source: ScaleSource, evidence: PhotoEvidence | None
) -> Mapping[str, float]:
    """Figures by the names that the rules know them by; what was not measured is absent."""
    kind = request.source.kind
    figures = {
        "several_sides": float(kind != "picture"),
        "compared": float(evidence is not None or kind in ("mesh", "parts")),
        "open_edges": float(0 if mesh.closed else max(mesh.open_edges, 1)),
        "crowded_edges": float(not mesh.manifold),
        "pieces": float(mesh.pieces),
        "scale_known": float(scale_source != "assumed"),
    }
    if mesh.self_intersections is not None:
        figures["self_intersecting_share"] = mesh.self_intersections / mesh.faces
    if kind == "picture":
        figures["false_plates"] = float(mesh.plates)
    return figures | (_from_photos(evidence) if evidence else {})


def _from_photos(evidence: PhotoEvidence) -> dict[str, float]:
    whole = [photo for photo in evidence.photos if not photo.is_cut]
    ious = [photo.silhouette_iou for photo in whole if photo.silhouette_iou is not None]
    sharpness = [photo.sharpness for photo in evidence.photos if photo.sharpness is not None]
    measured = {
        "views": float(len(whole)),
        "silhouette_iou": float(np.mean(ious)) if ious else None,
        "photometric_error": evidence.photometric_error,
        "contradicted": evidence.surface.contradicted,
        "points_off": evidence.surface.points_off,
        "seen_thrice": evidence.surface.seen_thrice,
        "residual_px": evidence.residual_px,
        "sharp_share": float(np.mean(np.array(sharpness) >= _BLURRED)) if sharpness else None,
    }
    return {name: value for name, value in measured.items() if value is not None}
