"""A scan of a box on a table, made and fused: what `doctor` shows of this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import trimesh

from jobs.contracts.layout import Layout
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
from jobs.reconstruction.scans.rgbd_fusion import describe
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
    layout = Layout.from_json(describe(_lay_out(box)).to_json())
    same = np.allclose(extents, require_object("object-1", layout).extents_m, atol=1e-6)
    return bool(same), "wrote an object and its layout, and read both"
