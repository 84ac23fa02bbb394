"""How like two closed meshes are, by Open3D: not the libraries that made them."""

from __future__ import annotations

from typing import Any

import numpy as np
import open3d
import trimesh

GRID = 96
_SAMPLES, _SEED = 100_000, 0


def compute_volume_iou(mesh: trimesh.Trimesh, truth: trimesh.Trimesh) -> float:
    """Share of grid points inside both among those inside either, by ray parity, `GRID` points a side."""
    low = np.minimum(mesh.bounds[0], truth.bounds[0])
    high = np.maximum(mesh.bounds[1], truth.bounds[1])
    axes = [np.linspace(low[axis], high[axis], GRID) for axis in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).astype(np.float32)
    inside = [
        _scene(solid).compute_occupancy(open3d.core.Tensor(points), nsamples=3).numpy() > 0.5 for solid in (mesh, truth)
    ]
    return float((inside[0] & inside[1]).sum() / (inside[0] | inside[1]).sum())


def compute_chamfer(mesh: trimesh.Trimesh, truth: trimesh.Trimesh) -> float:
    """Mean distance from either surface to the other, both ways averaged, as a share of the truth's diagonal."""
    both = (_mean_distance(mesh, truth) + _mean_distance(truth, mesh)) / 2
    return both / float(np.linalg.norm(truth.extents))


def _mean_distance(start: trimesh.Trimesh, end: trimesh.Trimesh) -> float:
    points = trimesh.sample.sample_surface(start, _SAMPLES, seed=_SEED)[0]
    return float(_scene(end).compute_distance(open3d.core.Tensor(np.asarray(points, np.float32))).numpy().mean())


def _scene(solid: trimesh.Trimesh) -> Any:
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        open3d.core.Tensor(np.asarray(solid.vertices, np.float32)),
        open3d.core.Tensor(np.asarray(solid.faces, np.uint32)),
    )
    return scene
