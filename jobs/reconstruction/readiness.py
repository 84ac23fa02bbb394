"""What reconstruction can do here, found out by doing it on something small."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import trimesh

from jobs.contracts.reconstruction import CarvingSettings, MeshLimits
from jobs.contracts.report import Readiness
from jobs.geometry.closed import compute_volume_m3
from jobs.geometry.glb_file import save_glb
from jobs.geometry.joining import concatenate
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.carved import carve, complete, find_hull
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.formats.errors import FormatUnavailable
from jobs.reconstruction.formats.shape import compare
from jobs.reconstruction.formats.writer import WRITERS, MeshWriter, Original
from jobs.reconstruction.pictures.picture import Picture
from jobs.reconstruction.pictures.silhouette import find_silhouette
from jobs.reconstruction.scans.canary import fuse_box, reread_box
from jobs.reconstruction.single_view.guess import guess_shape
from jobs.reconstruction.single_view.subject import find_subject
from jobs.reconstruction.stereo.known_bowl import TABLE, VOLUME_M3, photograph_bowl
from jobs.reconstruction.stereo.opencv_kernel import OpenCvKernel
from jobs.reconstruction.stereo.refinement import refine
from jobs.runtime.errors import SimfoundryError
from jobs.runtime.key import dependency_versions
from jobs.runtime.registry import resolve
from jobs.runtime.workspace import silent

_RADIUS_M, _DISTANCE_M, _SIDE_PX, _FOCAL_PX = 0.05, 0.4, 96, 240.0
_VIEWS, _TOLERANCE, _GUESS_TOLERANCE = 16, 0.05, 0.1
_REMEDY = "Run `make setup` again: a library of the reconstruction extra is missing or broken."


def probe() -> tuple[Readiness, ...]:
    """Carve a sphere, hollow a bowl, guess a shape, fuse a scanned box, write and read meshes. Never raises."""
    return (
        _attempt("provider", "visual_hull", _carve_sphere),
        _attempt("provider", "multi_view_stereo", _hollow_bowl),
        _attempt("provider", "single_view", _guess_sphere),
        _attempt("provider", "rgbd_fusion", fuse_box),
        _attempt("provider", "scanned_object", reread_box),
        _attempt("provider", "mesh_import", _import_cube),
        _attempt("provider", "parts_import", _join_cubes),
        *(_attempt("format", name, partial(_write_box, name)) for name in WRITERS),
    )


def _attempt(kind: Literal["provider", "format"], name: str, canary: Callable[[], tuple[bool, str]]) -> Readiness:
    started, remedy = time.monotonic(), _REMEDY
    try:
        ready, detail = canary()
    except FormatUnavailable as error:
        ready, detail, remedy = False, error.seen, error.remedy
    except (SimfoundryError, RuntimeError, ValueError, OSError, ArithmeticError, LookupError, TypeError) as error:
        ready, detail = False, f"{type(error).__name__}: {error}"
    return Readiness(
        kind=kind,
        name=name,
        ready=ready,
        version=dependency_versions("reconstruction")["manifold3d"],
        seconds=time.monotonic() - started,
        detail=detail,
        remedy="" if ready else remedy,
    )


def _carve_sphere() -> tuple[bool, str]:
    """From directions spread over all sides, so that the hull is the sphere."""
    views = []
    for index in range(_VIEWS):
        height = 1 - 2 * (index + 0.5) / _VIEWS
        angle = np.pi * (1 + 5**0.5) * index
        across = np.sqrt(1 - height**2)
        direction = np.array([across * np.cos(angle), across * np.sin(angle), height])
        camera = Camera.looking_at_origin(_DISTANCE_M * direction, _FOCAL_PX, _SIDE_PX)
        rgb = _render_sphere(camera)
        views.append(View.of(Shot(f"view {index}", rgb, None, camera), find_silhouette(rgb, None)))
    carved = carve(views, "canary", CarvingSettings(grid=64), silent)
    ratio = compute_volume_m3(carved.mesh) / (4 / 3 * np.pi * _RADIUS_M**3)
    seen = f"carved a sphere from {_VIEWS} rendered views; its volume is {ratio:.3f} of the true one"
    return abs(ratio - 1) < _TOLERANCE, seen


def _hollow_bowl() -> tuple[bool, str]:
    """Whose inside no silhouette shows."""
    views = photograph_bowl()
    hull = find_hull(views, "canary", CarvingSettings(grid=64), silent, TABLE)
    mesh = complete(refine(hull, OpenCvKernel(), silent)).mesh
    ratio = compute_volume_m3(mesh) / VOLUME_M3
    seen = f"hollowed a bowl from {len(views)} rendered views; its volume is {ratio:.3f} of the true one"
    return abs(ratio - 1) < _TOLERANCE, seen


def _guess_sphere() -> tuple[bool, str]:
    """From one picture of it, at known size."""
    rgb = _render_sphere(Camera.looking_at_origin(np.array([0.0, -_DISTANCE_M, 0.0]), _FOCAL_PX, _SIDE_PX))
    mesh = guess_shape(find_subject(Picture(rgb, None), "canary", _SIDE_PX)).mesh
    mesh.apply_scale(2 * _RADIUS_M / float(mesh.extents[0]))
    ratio = compute_volume_m3(mesh) / (4 / 3 * np.pi * _RADIUS_M**3)
    seen = f"guessed a sphere from one picture; its volume is {ratio:.3f} of the true one"
    return abs(ratio - 1) < _GUESS_TOLERANCE, seen


def _render_sphere(camera: Camera) -> np.ndarray:
    """Dark red on light grey, exactly, by the distance of each pixel's ray from the centre."""
    v, u = np.mgrid[:_SIDE_PX, :_SIDE_PX] + 0.5
    rays = camera.rays(u.reshape(-1), v.reshape(-1))
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    hit = np.linalg.norm(np.cross(rays, camera.position), axis=1).reshape(u.shape) < _RADIUS_M
    return np.where(hit[..., None], np.array([150, 40, 40]), np.array([220, 220, 220])).astype(np.uint8)


def _import_cube() -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        extents = _save_box(Path(folder)).mesh.extents
    same = bool(np.allclose(extents, [0.1, 0.2, 0.3]))
    return same, f"wrote and read a box of 0.1 x 0.2 x 0.3 m; it came back as {' x '.join(f'{e:.3g}' for e in extents)}"


def _write_box(name: str) -> tuple[bool, str]:
    writer: MeshWriter = resolve("mesh format", WRITERS, name)()
    writer.require_available()
    with tempfile.TemporaryDirectory() as folder:
        original = _save_box(Path(folder))
        target = Path(folder) / name
        target.mkdir()
        written = writer.write(original, target)
        triangles = (np.asarray(original.mesh.vertices, np.float64), np.asarray(original.mesh.faces, np.int64))
        deviation_m = compare(name, triangles, writer.read_back(written.main), writer.precision, written.moved_m)
    return True, f"wrote a box and read it back; it differs as if vertices had moved by {deviation_m:.1g} m"


def _save_box(folder: Path) -> Original:
    """As `mesh.glb`, and read again."""
    path = folder / "mesh.glb"
    save_glb(trimesh.creation.box((0.1, 0.2, 0.3)), path)
    return Original(path, load_mesh(path, None, MeshLimits()).mesh)


def _join_cubes() -> tuple[bool, str]:
    cubes = [trimesh.creation.box(bounds=[[x, 0, 0], [x + 0.1, 0.1, 0.1]]) for x in (0.0, 0.2)]
    whole = concatenate(cubes)
    same = bool(np.isclose(compute_volume_m3(whole), 0.002)) and len(whole.faces) == 24
    return same, f"joined two boxes of 1 l each to a thing of {1000 * compute_volume_m3(whole):.3g} l"
