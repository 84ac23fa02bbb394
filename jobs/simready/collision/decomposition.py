"""The ways to decompose a mesh into convex hulls, each run in a process that may die."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.contracts.simready import ColliderSettings
from jobs.simready.errors import DecompositionCrashed, DecompositionTimedOut

METHODS = {
    "planes": "jobs.simready.collision.planes:decompose",
    "vhacd": "jobs.simready.collision.vhacd:decompose",
    "coacd": "jobs.simready.collision.coacd:decompose",
}
"""The cheapest first."""


def decompose_convex(
    function: str, mesh: trimesh.Trimesh, settings: ColliderSettings, seed: int, folder: Path
) -> tuple[NDArray[np.float64], ...]:
    """Cover a mesh with convex hulls.

    Args:
        function: "module:name" of a `Decomposition`; one of the values of `METHODS`.
        mesh: Closed, vertices (n, 3) [m].
        settings: Limits on hulls, their vertices and time.
        seed: Of whatever is random in it.
        folder: For the files that go to and from the process.

    Returns:
        Vertices (n, 3) [m] of each hull.

    Raises:
        DecompositionCrashed: The process died.
        DecompositionTimedOut: It was stopped.
    """
    name = function.partition(":")[0].rpartition(".")[2]
    source, target = folder / f"{name}-mesh.npz", folder / f"{name}-hulls.npz"
    np.savez(
        source,
        vertices_m=np.asarray(mesh.vertices, np.float64),
        faces=np.asarray(mesh.faces, np.int64),
        settings=settings.to_json().decode(),
        seed=seed,
    )
    limit = f"{settings.time_limit_s:g}"
    command = [sys.executable, "-m", "jobs.simready.collision.decomposer", function, str(source), str(target), limit]
    try:
        subprocess.run(
            command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=settings.time_limit_s
        )
    except subprocess.TimeoutExpired as error:
        raise DecompositionTimedOut(name, settings.time_limit_s) from error
    except subprocess.CalledProcessError as error:
        raise DecompositionCrashed(name, error.returncode, _last_line(error.stderr)) from error
    with np.load(target, allow_pickle=False) as data:
        hulls = np.split(data["vertices_m"], np.cumsum(data["sizes"], dtype=np.int64)[:-1])
    return tuple(hull for hull in hulls if len(hull))


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1][-200:] if lines else ""
