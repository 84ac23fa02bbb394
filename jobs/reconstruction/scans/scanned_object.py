"""The provider for one object of a scan that was made before: its mesh, and the scan's evidence for it."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.contracts.layout import LaidOutObject, Layout
from jobs.contracts.reconstruction import MeshLimits, ReconstructionRequest, ScannedObjectSource
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.quality.evidence import check_mesh
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.reconstruction.scans.errors import UnknownScannedObject
from jobs.reconstruction.scans.rgbd_fusion import LAYOUT_KIND, OBJECT_KIND, object_path
from jobs.runtime.workspace import Workspace

_EVIDENCE = ("object_depth_agreement", "object_depth_error_m", "object_surface_measured")


@dataclass(frozen=True)
class ScannedObject:
    """See `Reconstructor`."""

    takes: frozenset[str] = frozenset({"scanned_object"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """The object's mesh in its own frame.

        Raises:
            UnknownScannedObject: The scan's layout has none of that name.
        """
        source, scan = request.source, request.scan
        assert isinstance(source, ScannedObjectSource)  # `takes` says so
        assert scan is not None  # the request's own rule
        (document,) = workspace.open_input(scan, LAYOUT_KIND)
        require_object(source.name, Layout.from_json(document.read_bytes()))
        manifest = workspace.manifests[scan]
        (artifact,) = (item for item in manifest.of_kind(OBJECT_KIND) if item.path == object_path(source.name))
        mesh = load_mesh(workspace.open_artifact(scan, artifact), None, MeshLimits()).mesh
        evidence = [
            check.model_copy(update={"subject": request.name})
            for check in manifest.checks
            if check.subject == source.name and check.name in _EVIDENCE
        ]
        return Reconstruction(mesh, "depth", (*check_mesh(mesh, request.name, "depth"), *evidence))


def require_object(name: str, layout: Layout) -> LaidOutObject:
    """Raises: UnknownScannedObject."""
    found = {item.name: item for item in layout.objects}
    if name not in found:
        raise UnknownScannedObject(name, list(found))
    return found[name]
