"""Why a sweep cannot run where it was asked to."""

from __future__ import annotations

from jobs.runtime.errors import Unavailable


class TorchMissing(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "Stereo on a GPU needs torch, which is not installed. Run `make setup EXTRAS=all`, or "
            "`pip install -e '.[reconstruction-torch]' -c constraints.txt`, or ask for device 'cpu'."
        )


class CudaMissing(Unavailable):
    """Nothing falls back to another device by itself."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Stereo was asked to run on 'cuda', but torch {version} finds no CUDA GPU here. "
            "Check the driver with `nvidia-smi` and that torch is a CUDA build, or ask for device 'cpu'."
        )
