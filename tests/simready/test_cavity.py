"""What can be poured into an object can be poured into its colliders."""

from __future__ import annotations

from pathlib import Path

# mujoco ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false
import mujoco
import numpy as np
import pytest
import trimesh
from manifold3d import Manifold

from jobs.contracts.reconstruction import MeshLimits
from jobs.contracts.simready import ColliderSettings, RepairSettings
from jobs.geometry.closed import to_manifold
from jobs.geometry.mesh_file import load_mesh
from jobs.runtime.workspace import silent
from jobs.simready.collision.cavity import measure_filled_cavity
from jobs.simready.collision.colliders import Colliders, build_colliders
from jobs.simready.repair.solid import repair

RADIUS_M, HEIGHT_M, WALL_M = 0.04, 0.09, 0.004
INNER_M3 = np.pi * (RADIUS_M - WALL_M) ** 2 * (HEIGHT_M - WALL_M)
OUTER_M3 = np.pi * RADIUS_M**2 * HEIGHT_M


@pytest.fixture(scope="module")
def cup() -> Manifold:
    outer = Manifold.cylinder(HEIGHT_M, RADIUS_M, RADIUS_M, 64)
    return outer - Manifold.cylinder(HEIGHT_M, RADIUS_M - WALL_M, RADIUS_M - WALL_M, 64).translate((0, 0, WALL_M))


@pytest.fixture(scope="module")
def colliders(cup: Manifold, tmp_path_factory: pytest.TempPathFactory) -> Colliders:
    return build_colliders(cup, ColliderSettings(), 0, tmp_path_factory.mktemp("cup"), silent)


def test_a_cup_in_its_hull_holds_nothing_more(cup: Manifold) -> None:
    assert measure_filled_cavity(cup, cup.hull()) == pytest.approx(INNER_M3 / OUTER_M3, rel=0.05)


def test_it_does_not_matter_which_way_the_cup_lies(cup: Manifold) -> None:
    lying = cup.rotate((0, 90, 0))
    assert measure_filled_cavity(lying, lying.hull()) == pytest.approx(INNER_M3 / OUTER_M3, rel=0.05)


def test_a_cup_half_full_is_half_filled(cup: Manifold) -> None:
    half = cup + Manifold.cylinder(WALL_M + (HEIGHT_M - WALL_M) / 2, RADIUS_M - WALL_M / 2, -1, 64)
    assert measure_filled_cavity(cup, half) == pytest.approx(INNER_M3 / OUTER_M3 / 2, rel=0.05)


def test_a_brick_and_a_ring_hold_nothing() -> None:
    ring = to_manifold(trimesh.creation.torus(0.05, 0.02))
    assert measure_filled_cavity(ring, ring.hull()) < 0.02
    assert measure_filled_cavity(Manifold.cube((1, 2, 3)), Manifold.cube((2, 3, 4))) == 0


def test_a_cup_stays_hollow(cup: Manifold, colliders: Colliders) -> None:
    assert colliders.method != "hull"
    assert colliders.fit.cavity_filled < ColliderSettings().accept_cavity_filled
    assert not rests_inside([cup.hull()], 0.012, HEIGHT_M), "the test would pass with a lid on"


def test_a_ball_dropped_into_the_cup_rests_inside(colliders: Colliders) -> None:
    assert rests_inside([to_manifold(shape.mesh) for shape in colliders.shapes], 0.012, HEIGHT_M)


@pytest.mark.slow
def test_a_ball_dropped_into_a_real_bowl_rests_inside(realdata: Path, tmp_path: Path) -> None:
    loaded = load_mesh(realdata / "groundtruth/gso_red_bowl/mesh.obj", "m", MeshLimits()).mesh
    low, high = loaded.bounds
    loaded.apply_translation([*-(low + high)[:2] / 2, -low[2]])
    bowl = repair(loaded, RepairSettings(), "bowl").solid
    built = build_colliders(bowl, ColliderSettings(), 0, tmp_path, silent)
    assert built.fit.cavity_filled < ColliderSettings().accept_cavity_filled
    assert rests_inside([to_manifold(shape.mesh) for shape in built.shapes], 0.02, float((high - low)[2]))


def rests_inside(convex: list[Manifold], ball_m: float, rim_m: float) -> bool:
    """Drop a ball from over the rim of what stands upright at the origin: is it at rest below the rim at the end?"""
    spec = mujoco.MjSpec()
    for index, part in enumerate(convex):
        points = np.asarray(part.to_mesh64().vert_properties)[:, :3]
        spec.add_mesh(name=f"part{index}", uservert=points.ravel())
        spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f"part{index}")
    ball = spec.worldbody.add_body(pos=[0.3 * ball_m, 0.2 * ball_m, rim_m + 2 * ball_m])
    ball.add_freejoint()
    friction = [0.5, 0.005, 0.02 * ball_m]
    ball.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[ball_m, 0, 0], mass=0.02, condim=6, friction=friction)
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_step(model, data, 1500)
    speed = float(np.abs(data.qvel[:3]).max())
    return bool(speed < 0.01 and data.qpos[2] < rim_m - ball_m / 2)
