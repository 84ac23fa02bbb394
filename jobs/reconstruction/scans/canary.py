"""A scan of a box on a table, made and fused: what `doctor` shows of this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import trimesh

from jobs.contracts.layout import LaidOutObject, Layout, SupportPlane
from jobs.contracts.reconstruction import MeshLimits, ScanSettings
from jobs.geometry.closed import is_closed_volume
from jobs.geometry.glb_file import save_glb
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.fusion import choose_voxel_m, fuse
from jobs.reconstruction.scans.merged import concatenate
from jobs.reconstruction.scans.scanned_object import require_object
from jobs.reconstruction.scans.scene import Scene, find_scene

_BOX_M, _TABLE_M, _DISTANCE_M = (0.14, 0.1, 0.12), (0.7, 0.7, 0.02), 0.6
_WIDTH_PX, _HEIGHT_PX, _FOCAL_PX, _VIEWS = 96, 72, 90.0, 12
_TOLERANCE = 0.15


def fuse_box() -> tuple[bool, str]:
    """Whether the box comes back closed and of the right volume, and what was seen."""
    scene = _scan_box()
    volumes = [float(thing.mesh.volume) for thing in scene.things]
    ratio = volumes[0] / float(np.prod(_BOX_M))
    closed = all(is_closed_volume(thing.mesh) for thing in scene.things)
    seen = f"fused {_VIEWS} rendered frames of a box on a table; its volume is {ratio:.3f} of the true one"
    return closed and len(volumes) == 1 and abs(ratio - 1) < _TOLERANCE, seen


def reread_box() -> tuple[bool, str]:
    """Whether an object's mesh and place in the layout can be read as they were written."""
    box = trimesh.creation.box(_BOX_M)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mesh.glb"
        save_glb(box, path)
        extents = load_mesh(path, None, MeshLimits()).mesh.extents
    layout = Layout.from_json(_layout_of_box().to_json())
    same = np.allclose(extents, require_object("object-1", layout).extents_m, atol=1e-6)
    return bool(same), "wrote an object and its layout, and read both"


def _scan_box() -> Scene:
    box = trimesh.creation.box(_BOX_M).apply_translation((0, 0, _BOX_M[2] / 2))
    table = trimesh.creation.box(_TABLE_M).apply_translation((0, 0, -_TABLE_M[2] / 2))
    caster = RayCaster(concatenate([box, table]))
    frames = [_look(caster, 2 * np.pi * index / _VIEWS) for index in range(_VIEWS)]
    settings = ScanSettings()
    surface = fuse(frames, choose_voxel_m(frames), settings.max_depth_m, lambda done, total: None)
    return find_scene("canary", frames, surface, None, settings)[0]


def _look(caster: RayCaster, angle: float) -> Frame:
    """Down by 45 degrees at the foot of the box."""
    forward = -np.array([np.cos(angle), np.sin(angle), 1.0]) / np.sqrt(2)
    right = np.array([-np.sin(angle), np.cos(angle), 0.0])
    R_camera_world = np.stack([right, np.cross(forward, right), forward])
    K = np.array([[_FOCAL_PX, 0, _WIDTH_PX / 2], [0, _FOCAL_PX, _HEIGHT_PX / 2], [0, 0, 1]])
    camera = Camera(K, R_camera_world, R_camera_world @ forward * _DISTANCE_M)
    v, u = (part.reshape(-1) for part in np.mgrid[:_HEIGHT_PX, :_WIDTH_PX] + 0.5)
    depth = caster.reach(camera, u, v).reshape(_HEIGHT_PX, _WIDTH_PX)
    depth[~np.isfinite(depth)] = 0
    grey = np.full((_HEIGHT_PX, _WIDTH_PX, 3), 128, np.uint8)
    return Frame(f"{angle:.2f}", depth, camera, Shot(f"{angle:.2f}", grey, None, camera))


def _layout_of_box() -> Layout:
    T = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    box = LaidOutObject(name="object-1", T_scene_object=T, extents_m=_BOX_M, support="support-1")
    table = SupportPlane(name="support-1", height_m=0.0, low_m=(-0.35, -0.35), high_m=(0.35, 0.35))
    return Layout(schema_version=1, objects=(box,), supports=(table,))
