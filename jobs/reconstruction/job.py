"""The reconstruction job."""

from __future__ import annotations

from jobs.contracts.manifest import Manifest
from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.reconstruction.formats.writer import require_formats
from jobs.reconstruction.heap import keep_heap
from jobs.reconstruction.reconstructor import reconstruct
from jobs.runtime.workspace import Workspace


def run(request: ReconstructionRequest, workspace: Workspace) -> Manifest:
    """One capture of one object to a mesh, by the first provider that can, and that in the formats asked for.

    Raises:
        FormatUnavailable: Before anything is made.
        BadInput: What was given cannot be worked with.
        AllProvidersFailed: No provider could.
    """
    keep_heap()
    formats = require_formats(request.formats)
    made, provider, failures = reconstruct(request, workspace)
    from jobs.reconstruction.publishing import publish  # brings trimesh, see `multi_view`

    return publish(made, provider, failures, request, formats, workspace)
