"""The scene that frames show: where up is, what carries things, and the things, each a closed solid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.contracts.reconstruction import ScanSettings
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.scans.clusters import Cluster, find_clusters
from jobs.reconstruction.scans.errors import NoObjects, NoSupportPlane
from jobs.reconstruction.scans.frame import Frame, move_points
from jobs.reconstruction.scans.fusion import Surface
from jobs.reconstruction.scans.gravity import find_up
from jobs.reconstruction.scans.refusion import refuse
from jobs.reconstruction.scans.supports import Support, find_supports
from jobs.reconstruction.scans.visibility import find_views

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Thing:
    """`mesh` [m]: closed, in its own frame: Z up, its bounding box centred over the origin, standing on z = 0."""

    name: str
    mesh: trimesh.Trimesh
    T_scene_object: Array
    support: int

    def in_scene(self) -> trimesh.Trimesh:
        return self.mesh.copy().apply_transform(self.T_scene_object)


@dataclass(frozen=True)
class Scene:
    """Metres, Z up, z = 0 at the main support, X to the right in the first frame. `frames` and `surface` (what was
    fused, open) in the same coordinates. Things largest first."""

    frames: tuple[Frame, ...]
    surface: trimesh.Trimesh
    supports: tuple[Support, ...]
    things: tuple[Thing, ...]


def find_scene(
    name: str, frames: Sequence[Frame], surface: Surface, declared_up: Array | None, settings: ScanSettings
) -> tuple[Scene, Array]:
    """The scene, and the transform (4, 4) from the frames' coordinates into its own.

    Raises:
        NoSupportPlane, NoObjects: See `errors`.
    """
    T_level = _upright(find_up(name, surface, frames, declared_up), frames[0])
    supports, clusters = _look(name, surface, T_level, settings)
    T_scene = _onto(_main(supports, clusters)) @ T_level
    supports, clusters = _look(name, surface, T_scene, settings)
    moved = [frame.moved(T_scene) for frame in frames]
    found = map_in_threads(lambda cluster: _solidify(cluster, supports, moved, settings), clusters)
    things = sorted((thing for some in found for thing in some), key=lambda thing: -float(thing.mesh.volume))
    if not things:
        raise NoObjects(name, len(supports), f"{len(clusters)} things were seen, none near enough to be made solid")
    named = tuple(
        Thing(f"object-{number}", thing.mesh, thing.T_scene_object, thing.support)
        for number, thing in enumerate(things, 1)
    )
    return Scene(tuple(moved), surface.mesh.copy().apply_transform(T_scene), tuple(supports), named), T_scene


def _look(name: str, surface: Surface, T_scene: Array, settings: ScanSettings) -> tuple[list[Support], list[Cluster]]:
    """Supports and what stands on them."""
    points = move_points(surface.points, T_scene)
    turn = T_scene.copy()
    turn[:3, 3] = 0
    normals = move_points(surface.normals, turn)
    supports = find_supports(points, normals, settings.min_support_m2, settings.max_object_m)
    if not supports:
        raise NoSupportPlane(name, f"no level surface of {settings.min_support_m2:g} m^2 or more")
    clusters = find_clusters(points, supports, surface.voxel_m, settings)
    if not clusters:
        raise NoObjects(name, len(supports), "what is there is fixed to walls, too large, too flat or too small")
    return supports, clusters


def _upright(up: Array, first: Frame) -> Array:
    """The rotation (4, 4) after which up is Z, and X points to the right in the first frame."""
    right = first.camera.R_camera_world[0]
    across = right - (right @ up) * up
    if np.linalg.norm(across) < 1e-3:
        across = np.cross(first.camera.R_camera_world[1], up)
    across /= np.linalg.norm(across)
    T = np.eye(4)
    T[:3, :3] = np.stack([across, np.cross(up, across), up])
    return T


def _main(supports: Sequence[Support], clusters: Sequence[Cluster]) -> Support:
    """The one that carries most, in points; the larger one of two that carry the same."""
    carried = [sum(len(c.points) for c in clusters if c.support == index) for index in range(len(supports))]
    return supports[int(np.argmax(carried))]


def _onto(support: Support) -> Array:
    """(4, 4): its plane becomes z = 0, the middle of it the origin."""
    low, high = support.extent_m()
    middle = np.append((low + high) / 2, support.height_at((low + high) / 2))
    z = support.normal
    x = np.array([1.0, 0.0, 0.0]) - z[0] * z
    x /= np.linalg.norm(x)
    T = np.eye(4)
    T[:3, :3] = np.stack([x, np.cross(z, x), z])
    T[:3, 3] = -T[:3, :3] @ middle
    return T


def _solidify(
    cluster: Cluster, supports: Sequence[Support], frames: Sequence[Frame], settings: ScanSettings
) -> list[Thing]:
    T_support_scene = _onto(supports[cluster.support])
    T_scene_support = np.linalg.inv(T_support_scene)
    views = find_views(cluster.points, frames, settings.max_distance_m)
    points = move_points(cluster.points, T_support_scene)
    things = []
    for mesh in refuse(points, [view.moved(T_support_scene) for view in views]) if views else []:
        extents = np.asarray(mesh.extents)
        if extents.max() < settings.min_object_m or extents.max() > settings.max_object_m:
            continue
        if extents[2] < settings.min_height_m or mesh.bounds[0, 2] > settings.min_height_m:
            continue
        middle = mesh.bounds.mean(axis=0)
        T_support_object = np.eye(4)
        T_support_object[:3, 3] = middle[0], middle[1], mesh.bounds[0, 2]
        mesh.apply_translation(-T_support_object[:3, 3])
        things.append(Thing("", mesh, T_scene_support @ T_support_object, cluster.support))
    return things
