"""The reconstruction job."""

from __future__ import annotations

from jobs.contracts.document import Sha256
from jobs.contracts.manifest import Manifest, Provenance
from jobs.contracts.reconstruction import ReconstructedMesh, ReconstructionRequest
from jobs.geometry.closed import compute_volume_m3
from jobs.geometry.glb_file import save_glb, vertex_colours
from jobs.reconstruction.reconstructor import Reconstruction, reconstruct
from jobs.runtime.key import dependency_versions
from jobs.runtime.workspace import Workspace


def run(request: ReconstructionRequest, workspace: Workspace) -> Manifest:
    """One capture of one object to a mesh, by the first provider that can.

    Raises:
        BadInput: What was given cannot be worked with.
        AllProvidersFailed: No provider could.
    """
    made, provider, failures = reconstruct(request, workspace)
    save_glb(made.mesh, workspace.output("mesh/glb", "mesh.glb"))
    workspace.publish_document("mesh/document", "mesh.json", _describe(made, request.name, provider))
    provenance = Provenance(
        maker=provider,
        sources=_sources(request),
        versions=dependency_versions("reconstruction"),
        failures=failures,
        warnings=made.warnings,
    )
    return workspace.manifest(request, made.checks, provenance)


def _describe(made: Reconstruction, name: str, provider: str) -> ReconstructedMesh:
    x, y, z = (float(extent) for extent in made.mesh.extents)
    return ReconstructedMesh(
        schema_version=1,
        name=name,
        provider=provider,
        scale_source=made.scale_source,
        vertices=len(made.mesh.vertices),
        faces=len(made.mesh.faces),
        extents_m=(x, y, z),
        volume_m3=compute_volume_m3(made.mesh),
        has_colour=vertex_colours(made.mesh) is not None,
        views_used=made.views_used,
        views_cut=made.views_cut,
    )


def _sources(request: ReconstructionRequest) -> dict[str, Sha256]:
    return {file.name: file.sha256 for file in request.source.files}
