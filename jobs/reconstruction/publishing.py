"""What a reconstruction leaves behind: its mesh, that in the formats asked for, and the documents about it."""

from __future__ import annotations

from collections.abc import Mapping

from jobs.contracts.document import Sha256
from jobs.contracts.manifest import Manifest, Provenance, ProviderFailure
from jobs.contracts.parts import PartMesh, PartsDocument
from jobs.contracts.reconstruction import ReconstructedMesh, ReconstructionRequest
from jobs.geometry.closed import compute_volume_m3
from jobs.geometry.glb_file import save_glb, vertex_colours
from jobs.reconstruction.appearance.contact_sheet import save_rendered_sheet
from jobs.reconstruction.formats.export import write_formats
from jobs.reconstruction.formats.writer import MeshWriter
from jobs.reconstruction.quality.report import check_quality, report_quality
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.runtime.key import dependency_versions
from jobs.runtime.workspace import Workspace


def publish(
    made: Reconstruction,
    provider: str,
    failures: tuple[ProviderFailure, ...],
    request: ReconstructionRequest,
    formats: Mapping[str, MeshWriter],
    workspace: Workspace,
) -> Manifest:
    """Write it all as artifacts. `failures`: of the providers that were tried before this one."""
    glb = workspace.output("mesh/glb", "mesh.glb")
    save_glb(made.mesh, glb)
    if made.colours is not None:
        made.colours.save(workspace.output("mesh/colour_points", "colours.npz"))
    if made.parts:
        _publish_parts(made, request.name, workspace)
    quality = report_quality(request, provider, made.mesh, made.scale_source, made.evidence)
    workspace.publish_document("quality/report", "quality.json", quality)
    sheet = workspace.output("picture/contact_sheet", "contact_sheet.jpg")
    if not sheet.exists():
        save_rendered_sheet(sheet, made.mesh)
    written = write_formats(formats, glb, made.textured_glb, workspace)
    checks = (*made.checks, *check_quality(quality, made.evidence), *written)
    workspace.publish_document("mesh/document", "mesh.json", _describe(made, request.name, provider))
    provenance = Provenance(
        maker=provider,
        sources=_sources(request),
        versions=dependency_versions("reconstruction"),
        failures=failures,
        warnings=made.warnings,
    )
    return workspace.manifest(request, checks, provenance)


def _publish_parts(made: Reconstruction, name: str, workspace: Workspace) -> None:
    """Each part beside the whole, and what is known of how they move."""
    listed = tuple(PartMesh(name=part, path=f"parts/{part}.glb") for part in made.parts)
    for item in listed:
        save_glb(made.parts[item.name], workspace.output("mesh/part_glb", item.path))
    document = PartsDocument(schema_version=1, name=name, parts=listed, joints=made.joints, separation=made.separation)
    workspace.publish_document("parts/document", "parts.json", document)


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
