"""The providers for photos: silhouettes, space carving, stereo, colours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jobs.contracts.reconstruction import PhotoSource, ReconstructionRequest
from jobs.reconstruction.cameras.posing import pose_photos
from jobs.reconstruction.pictures.objects import find_objects
from jobs.reconstruction.reconstructor import Reconstruction
from jobs.reconstruction.stereo.kernel import SweepKernel
from jobs.reconstruction.stereo.kernels import load_kernel
from jobs.runtime.registry import resolve
from jobs.runtime.workspace import Workspace

_STEPS = {"shape": "jobs.reconstruction.shaping:shape_object"}
"""Imported while the photos are looked at: to import trimesh and SciPy takes a third as long as that."""


@dataclass(frozen=True)
class VisualHull:
    """See `Reconstructor`. What silhouettes alone say."""

    takes: frozenset[str] = frozenset({"photos"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """Photos to a closed, coloured mesh in the cameras' world.

        Raises:
            BadInput: Each thing that can be wrong with photos or cameras has its own error, see `errors`.
        """
        return _reconstruct(request, None, workspace)


@dataclass(frozen=True)
class MultiViewStereo:
    """See `Reconstructor`. The visual hull, and inside it what the photos' texture says: hollows and flat tops."""

    takes: frozenset[str] = frozenset({"photos"})

    def reconstruct(self, request: ReconstructionRequest, workspace: Workspace) -> Reconstruction:
        """Photos to a closed, coloured mesh in the cameras' world.

        Raises:
            BadInput: Each thing that can be wrong with photos or cameras has its own error, see `errors`.
            Unavailable: The device that stereo was asked to run on is not there; found out before anything is read.
        """
        return _reconstruct(request, load_kernel(request.stereo.device), workspace)


def _reconstruct(request: ReconstructionRequest, kernel: SweepKernel | None, workspace: Workspace) -> Reconstruction:
    source = request.source
    assert isinstance(source, PhotoSource)  # `takes` says so
    posed = pose_photos(request, source, workspace)
    with ThreadPoolExecutor(1) as beside:
        shape_object = beside.submit(resolve, "step", _STEPS, "shape")
        found = find_objects(posed.shots, request.carving.min_views, workspace)
        views, assessing = found.views, beside.submit(found.assess)
        del found  # its silhouettes are large
        return shape_object.result()(views, assessing, posed, request, kernel, workspace, beside)
