"""A convex decomposition in a process of its own.

    python -m jobs.simready.collision.decomposer FUNCTION IN.npz OUT.npz SECONDS

The native libraries are known to abort, crash and hang; here they take nobody with them.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.simready import ColliderSettings
from jobs.runtime.registry import resolve


class Decomposition(Protocol):
    """One way to cover a closed mesh with convex hulls."""

    def __call__(
        self,
        vertices_m: NDArray[np.float64],
        faces: NDArray[np.int64],
        settings: ColliderSettings,
        seed: int,
    ) -> list[NDArray[np.float64]]:
        """Vertices (n, 3) of each hull. The same arguments always give the same hulls."""
        ...


def main(function: str, source: Path, target: Path, limit_s: float) -> None:
    """Decompose the mesh in `source` with `function` ("module:name") and write the hulls to `target`.

    The processor time is limited as well, in case nobody is left to enforce the other limit. One thread: several would
    add up in an order of their own, and the hulls would differ from run to run.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    seconds = max(1, int(np.ceil(limit_s)))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    decompose: Decomposition = resolve("decomposition", {function: function}, function)
    with np.load(source, allow_pickle=False) as data:
        settings = ColliderSettings.from_json(data["settings"].item())
        hulls = decompose(data["vertices_m"], data["faces"], settings, int(data["seed"]))
    np.savez(target, vertices_m=np.concatenate([np.empty((0, 3)), *hulls]), sizes=[len(hull) for hull in hulls])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
