"""All frames fused into one surface: a truncated signed distance field on sparse blocks. Open3D does the work.

Source: Curless and Levoy 1996, "A volumetric method for building complex models from range images"; Dong et al. 2022,
"ASH: a modern framework for parallel spatial hashing in 3D perception", whose voxel grid this is.
"""

# Open3D's stubs leave most of it out.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.reconstruction.scans.errors import NothingFused
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.open3d_library import load_open3d

_BLOCK_VOXELS, _FIRST_BLOCKS = 8, 20_000
_TRUNCATION_VOXELS = 6.0
_LEAST_WEIGHT = 3.0
"""Frames that must have seen a place before it counts."""
_PIXELS_A_VOXEL, _FINEST_M, _COARSEST_M = 2.0, 0.003, 0.008


@dataclass(frozen=True)
class Surface:
    """`points` (n, 3) [m] and outward `normals` (n, 3), in a fixed order; `mesh`: the same surface, open."""

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    mesh: trimesh.Trimesh
    voxel_m: float


def choose_voxel_m(frames: Sequence[Frame]) -> float:
    """Two pixels wide at the median depth: finer holds noise only."""
    medians = [np.median(frame.depth_m[frame.depth_m > 0]) / frame.camera.focal_px for frame in frames]
    return float(np.clip(_PIXELS_A_VOXEL * np.median(medians), _FINEST_M, _COARSEST_M))


def fuse(frames: Sequence[Frame], voxel_m: float, max_depth_m: float, told: Callable[[int, int], None]) -> Surface:
    """Integrate the frames in their order.

    Each voxel's value depends on the frames alone; only the order in which Open3D lists voxels depends on its threads,
    so the surface is sorted.

    Raises:
        Open3dMissing: The optional library is not installed.
        NothingFused: No place was seen by enough frames.
    """
    open3d = load_open3d()
    grid = open3d.t.geometry.VoxelBlockGrid(
        ("tsdf", "weight"),
        (open3d.core.float32, open3d.core.float32),
        ((1), (1)),
        voxel_m,
        _BLOCK_VOXELS,
        _FIRST_BLOCKS,
        open3d.core.Device("CPU:0"),
    )
    for index, frame in enumerate(frames):
        told(index, len(frames))
        depth = open3d.t.geometry.Image(open3d.core.Tensor(np.ascontiguousarray(frame.depth_m)))
        K = frame.camera.K.copy()
        K[:2, 2] -= 0.5  # Open3D's pixel centres are whole numbers
        T_camera_world = np.eye(4)
        T_camera_world[:3, :3], T_camera_world[:3, 3] = frame.camera.R_camera_world, frame.camera.t_camera_world
        view = (open3d.core.Tensor(K), open3d.core.Tensor(T_camera_world), 1.0, max_depth_m, _TRUNCATION_VOXELS)
        grid.integrate(grid.compute_unique_block_coordinates(depth, *view), depth, *view)
    try:
        cloud, mesh = grid.extract_point_cloud(_LEAST_WEIGHT), grid.extract_triangle_mesh(_LEAST_WEIGHT)
    except RuntimeError as error:  # what Open3D raises where no surface is
        raise NothingFused(len(frames), int(_LEAST_WEIGHT)) from error
    points, normals = cloud.point.positions.numpy(), cloud.point.normals.numpy()
    order = np.lexsort(points.T)
    return Surface(points[order].astype(np.float64), normals[order].astype(np.float64), _sorted_mesh(mesh), voxel_m)


def _sorted_mesh(mesh: Any) -> trimesh.Trimesh:
    vertices, faces = mesh.vertex.positions.numpy(), mesh.triangle.indices.numpy()
    order = np.lexsort(vertices.T)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    renamed = place[faces]
    return trimesh.Trimesh(vertices[order], renamed[np.lexsort(renamed.T)], process=False, validate=False)
