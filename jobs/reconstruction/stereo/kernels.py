"""Which kernel runs on which device."""

from __future__ import annotations

from collections.abc import Mapping

from jobs.reconstruction.stereo.kernel import SweepKernel
from jobs.runtime.registry import resolve

KERNELS: Mapping[str, str] = {
    "cpu": "jobs.reconstruction.stereo.opencv_kernel:OpenCvKernel",
    "cuda": "jobs.reconstruction.stereo.torch_kernel:TorchKernel",
}


def load_kernel(device: str, kernels: Mapping[str, str] = KERNELS) -> SweepKernel:
    """Raises: UnknownName: No kernel runs there. TorchMissing, CudaMissing: Not on this machine."""
    return resolve("device", kernels, device)()
