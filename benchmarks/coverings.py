"""One object covered with convex shapes, in a process of its own, by us or by another's defaults.

python -m benchmarks.coverings NAME MESH.npz SHAPES.npz

All get the same repaired mesh and may use one thread, as jobs do. What starts the process counts for all of them.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import coacd
import numpy as np
import trimesh
import vhacdx
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.contracts.simready import ColliderSettings
from jobs.geometry.closed import from_manifold, to_manifold
from jobs.runtime.workspace import silent
from jobs.simready.collision.colliders import build_colliders
from tasks.local_launcher import SINGLE_THREADED

FloatArray = NDArray[np.float64]
REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Covering:
    """The convex solids [m] and what they took."""

    shapes: tuple[Manifold, ...]
    wall_s: float
    cpu_s: float


def cover(name: str, solid: Manifold, folder: Path) -> Covering:
    """Run one of `COVERINGS` on a solid [m]; CPU seconds are those of all its processes.

    Raises:
        CalledProcessError: It died.
    """
    source, target = folder / "mesh.npz", folder / "shapes.npz"
    mesh = from_manifold(solid)
    np.savez(source, vertices_m=mesh.vertices, faces=mesh.faces)
    before, started = _children_s(), time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.coverings", name, str(source), str(target)]
    environment = {**os.environ, **SINGLE_THREADED}
    subprocess.run(command, env=environment, cwd=REPOSITORY, stdin=subprocess.DEVNULL, check=True)
    wall_s, cpu_s = time.perf_counter() - started, _children_s() - before
    with np.load(target, allow_pickle=False) as data:
        return Covering(tuple(Manifold.hull_points(data[key]) for key in data.files), wall_s, cpu_s)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ours(vertices_m: FloatArray, faces: NDArray[np.int64]) -> list[FloatArray]:
    solid = to_manifold(trimesh.Trimesh(vertices_m, faces, process=False))
    with tempfile.TemporaryDirectory() as folder:
        built = build_colliders(solid, ColliderSettings(), 0, Path(folder), silent)
    return [np.asarray(shape.mesh.vertices) for shape in built.shapes]


def _coacd(vertices_m: FloatArray, faces: NDArray[np.int64]) -> list[FloatArray]:
    coacd.set_log_level("error")
    return [np.asarray(hull) for hull, _ in coacd.run_coacd(coacd.Mesh(vertices_m, faces.astype(np.int32)))]


def _vhacd(vertices_m: FloatArray, faces: NDArray[np.int64]) -> list[FloatArray]:
    counted = np.column_stack([np.full(len(faces), 3), faces]).astype(np.uint32).ravel()
    return [np.asarray(hull) for hull, _ in vhacdx.compute_vhacd(vertices_m, counted)]


COVERINGS = {"ours": _ours, "coacd": _coacd, "vhacd": _vhacd}


def main(name: str, source: str, target: str) -> None:
    with np.load(source, allow_pickle=False) as data:
        shapes = COVERINGS[name](data["vertices_m"], data["faces"])
    np.savez(target, **{f"{index:04d}": shape for index, shape in enumerate(shapes)})  # type: ignore[arg-type]  # arrays


if __name__ == "__main__":
    main(*sys.argv[1:])
