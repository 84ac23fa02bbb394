"""Open3D's own CPU route beside ours: screened Poisson reconstruction of the points that our depth maps hold.

COLMAP's dense route (`patch_match_stereo`) needs CUDA and does not run on a CPU.

Source: Kazhdan and Hoppe 2013, "Screened Poisson surface reconstruction", in Open3D.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import open3d
import trimesh

from jobs.contracts.reconstruction import CarvingSettings, PictureLimits
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.nerfstudio import read_nerfstudio
from jobs.reconstruction.cameras.shot import load_shot
from jobs.reconstruction.carving.carved import find_hull
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.pictures.silhouette import find_silhouette
from jobs.reconstruction.stereo.kernel import Plane
from jobs.reconstruction.stereo.opencv_kernel import OpenCvKernel
from jobs.reconstruction.stereo.photo import Photo, prepare_photos
from jobs.reconstruction.stereo.refinement import COARSE
from jobs.reconstruction.stereo.sweeping import sweep

_DEPTH = 8
_NEIGHBOURS = 30


def reconstruct_with_open3d(folder: Path) -> trimesh.Trimesh:
    """From photos and `transforms.json` in a folder; the same masks, hull and depth maps as ours up to there."""
    views = _open(folder)
    hull = find_hull(views, "transforms.json", CarvingSettings(), lambda step, done, total: None)
    photos = prepare_photos(hull.views, COARSE.object_px)
    depths = sweep(photos, RayCaster(hull.surface), OpenCvKernel(), COARSE).depths
    cloud = _point_cloud(photos, depths)
    surface, _ = open3d.geometry.TriangleMesh.create_from_point_cloud_poisson(cloud, depth=_DEPTH, n_threads=1)
    return trimesh.Trimesh(np.asarray(surface.vertices), np.asarray(surface.triangles), process=False)


def _open(folder: Path) -> list[View]:
    rows, _ = read_nerfstudio(folder / "transforms.json")
    views = []
    for row in rows:
        shot = load_shot(folder / row.photo, row.photo, row, "transforms.json", PictureLimits(), 1280)
        views.append(View.of(shot, find_silhouette(shot.rgb, None)))
    return views


def _point_cloud(photos: Sequence[Photo], depths: Sequence[Plane]) -> open3d.geometry.PointCloud:
    """All depths as points, their normals turned to the cameras that saw them."""
    points, towards = [], []
    for photo, depth in zip(photos, depths, strict=True):
        rows, columns = np.nonzero(depth > 0)
        rays = photo.camera.rays(columns + 0.5, rows + 0.5)
        points.append(photo.camera.position + rays * depth[rows, columns, None])
        towards.append(-rays)
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(np.concatenate(points)))
    cloud.estimate_normals(open3d.geometry.KDTreeSearchParamKNN(_NEIGHBOURS))
    normals = np.asarray(cloud.normals)
    away = np.einsum("ij,ij->i", normals, np.concatenate(towards)) < 0
    cloud.normals = open3d.utility.Vector3dVector(np.where(away[:, None], -normals, normals))
    return cloud
