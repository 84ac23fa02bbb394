"""The provider for existing meshes: units, frame, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.contracts.reconstruction import MeshSource, ReconstructionRequest
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.errors import listed
from jobs.reconstruction.parting.naming import says_it_moves
from jobs.reconstruction.quality.evidence import check_mesh
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.runtime.workspace import Workspace


@dataclass(frozen=True)
class MeshImport:
    """See `Reconstructor`. The surface is left as it is; mending it is the next job's work."""

    takes: frozenset[str] = frozenset({"mesh"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """A mesh file to the same surface in metres.

        Raises:
            BadInput: See `load_mesh`.
        """
        source = request.source
        assert isinstance(source, MeshSource)  # `takes` says so
        mesh, *_ = workspace.fetch_all((source.mesh, *source.companions))
        loaded = load_mesh(mesh, source.units, request.meshes)
        checks = check_mesh(loaded.mesh, request.name, loaded.scale_source)
        warnings = (*loaded.warnings, *_warn_of_parts(loaded.names))
        return Reconstruction(loaded.mesh, loaded.scale_source, checks, warnings, colours=loaded.colours)


def _warn_of_parts(names: Sequence[str]) -> tuple[str, ...]:
    """Of objects that sound as if they moved; most files have several objects, and nothing on the thing moves."""
    moving = [name for name in names if says_it_moves(name)]
    if len(names) < 2 or not moving:
        return ()
    return (f"it was taken as one rigid thing; of its objects, {listed(moving)} may move: --parts takes them apart",)
