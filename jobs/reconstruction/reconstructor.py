"""The seam between the job and the ways to reconstruct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import ProviderFailure
from jobs.contracts.parts import JointsAnnotation, Separation
from jobs.contracts.reconstruction import ReconstructionRequest, ScaleSource
from jobs.reconstruction.errors import AllProvidersFailed, NoProviderTakes, ProviderFailed
from jobs.runtime.errors import Unavailable
from jobs.runtime.registry import resolve
from jobs.runtime.workspace import Workspace

if TYPE_CHECKING:  # trimesh takes long to import, and not every provider wants it at once
    import trimesh

    from jobs.geometry.colour_points import ColourPoints
    from jobs.reconstruction.quality.photo_evidence import PhotoEvidence

PROVIDERS: Mapping[str, str] = {
    "multi_view_stereo": "jobs.reconstruction.multi_view:MultiViewStereo",
    "visual_hull": "jobs.reconstruction.multi_view:VisualHull",
    "single_view": "jobs.reconstruction.single_view.provider:SingleView",
    "rgbd_fusion": "jobs.reconstruction.scans.rgbd_fusion:RgbdFusion",
    "scanned_object": "jobs.reconstruction.scans.scanned_object:ScannedObject",
    "mesh_import": "jobs.reconstruction.mesh_import:MeshImport",
    "parts_import": "jobs.reconstruction.parts_import:PartsImport",
}


@dataclass(frozen=True)
class Reconstruction:
    """`mesh` [m, Z up where the source says which way is up], and the evidence for it; `evidence` of photos, if any.
    `textured_glb`: the same surface with a picture on it, an artifact already. `colours`: between the vertices, of a
    mesh that came with a picture on it. `parts`: of a thing that came as parts,
    which together are `mesh`; `joints`: what was said of how they move; `separation`: how the parts were found, unless
    they were given."""

    mesh: trimesh.Trimesh
    scale_source: ScaleSource
    checks: tuple[CheckResult, ...]
    warnings: tuple[str, ...] = ()
    views_used: int | None = None
    views_cut: tuple[str, ...] = ()
    evidence: PhotoEvidence | None = None
    textured_glb: Path | None = None
    colours: ColourPoints | None = None
    parts: Mapping[str, trimesh.Trimesh] = field(default_factory=dict[str, "trimesh.Trimesh"])
    joints: JointsAnnotation | None = None
    separation: Separation | None = None


class Reconstructor(Protocol):
    """`takes`: kinds of source. `reconstruct` publishes nothing but pictures; errors of the input are `BadInput`,
    its own are `ProviderFailed` or `Unavailable`."""

    takes: frozenset[str]

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction: ...


def reconstruct(
    request: ReconstructionRequest, workspace: Workspace, providers: Mapping[str, str] = PROVIDERS
) -> tuple[Reconstruction, str, tuple[ProviderFailure, ...]]:
    """Try the request's providers in order; the result, who made it, and why those before did not.

    A provider that breaks hands over to the next; input that one finds bad is bad.

    Raises:
        UnknownName: A provider is in no table; nothing was tried.
        NoProviderTakes: None of them takes this kind of source.
        AllProvidersFailed: Those that do, broke.
        BadInput: The source cannot be worked with.
    """
    tried: list[tuple[str, Reconstructor]] = [
        (name, resolve("provider", providers, name)()) for name in request.providers
    ]
    failures: list[ProviderFailure] = []
    any_takes = False
    for name, provider in tried:
        if request.source.kind not in provider.takes:
            reason = f"it takes {', '.join(sorted(provider.takes))}, not {request.source.kind}"
            failures.append(ProviderFailure(provider=name, error=reason))
            continue
        any_takes = True
        try:
            return provider.reconstruct(request, workspace), name, tuple(failures)
        except (ProviderFailed, Unavailable) as error:
            failures.append(ProviderFailure(provider=name, error=str(error)))
    if not any_takes:
        raise NoProviderTakes(request.source.kind, request.providers)
    raise AllProvidersFailed(f"{failure.provider}: {failure.error}" for failure in failures)
