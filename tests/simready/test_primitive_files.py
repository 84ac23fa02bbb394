"""Primitive colliders in the asset's files: MuJoCo and OpenUSD see the same ones in the same places."""

from __future__ import annotations

# mujoco and usd-core ship no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false
import mujoco
import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from pxr import Usd, UsdGeom, UsdPhysics, UsdValidation

from tests.simready.conftest import Finished, run_simready

MESHES = {
    "box": trimesh.creation.box((0.1, 0.06, 0.04)),
    "sphere": trimesh.creation.icosphere(4, 0.05),
    "cylinder": trimesh.creation.cylinder(0.03, 0.12, sections=64),
    "capsule": trimesh.creation.capsule(0.1, 0.03, count=[64, 64]),
}


@pytest.fixture(scope="module", params=MESHES)
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One object of each kind, turned and moved."""
    turn = trimesh.transformations.euler_matrix(0.4, 0.2, 1.0)
    turn[:3, 3] = [0.02, 0.01, 0.03]
    mesh = MESHES[request.param].copy().apply_transform(turn)
    return run_simready(tmp_path_factory.mktemp("primitive"), mesh, name=request.param, material="wood")


def bounds_in_usd(finished: Finished) -> NDArray[np.float64]:
    """(2, 3) of what collides."""
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    (prim,) = [prim for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.CollisionAPI)]
    assert prim.GetTypeName().lower() == finished.asset.name.replace("box", "cube")
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.guide])
    box = cache.ComputeWorldBound(prim).ComputeAlignedRange()
    return np.array([box.GetMin(), box.GetMax()])


def read_colliders(finished: Finished, kind: str) -> tuple[mujoco.MjModel, list[int]]:
    model = mujoco.MjModel.from_xml_path(str(finished.file(kind)))
    return model, [int(geometry) for geometry in np.flatnonzero(model.geom_contype)]


def bounds_in_mujoco(finished: Finished, kind: str) -> NDArray[np.float64]:
    """(2, 3) of what collides."""
    model, colliders = read_colliders(finished, kind)
    boxes = []
    for geometry in colliders:
        rotation = np.empty(9)
        mujoco.mju_quat2Mat(rotation, model.geom_quat[geometry])
        radius_m, half_m = float(model.geom_size[geometry, 0]), float(model.geom_size[geometry, 1])
        across = np.abs(rotation.reshape(3, 3))
        reach_m = {
            mujoco.mjtGeom.mjGEOM_BOX: across @ model.geom_size[geometry],
            mujoco.mjtGeom.mjGEOM_SPHERE: np.full(3, radius_m),
            mujoco.mjtGeom.mjGEOM_CAPSULE: radius_m + half_m * across[:, 2],
            mujoco.mjtGeom.mjGEOM_CYLINDER: radius_m * np.sqrt(1 - across[:, 2] ** 2) + half_m * across[:, 2],
        }[mujoco.mjtGeom(model.geom_type[geometry])]
        boxes.append([model.geom_pos[geometry] - reach_m, model.geom_pos[geometry] + reach_m])
    return np.array([np.min(boxes, axis=0)[0], np.max(boxes, axis=0)[1]])


def test_every_file_has_it_where_the_mesh_is(finished: Finished) -> None:
    mesh = trimesh.load(finished.file("asset/glb"), force="mesh")
    mesh.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    for kind in ("asset/mjcf", "asset/urdf"):
        np.testing.assert_allclose(bounds_in_mujoco(finished, kind), mesh.bounds, atol=1e-3)
    usd = bounds_in_usd(finished)
    np.testing.assert_allclose(usd.mean(axis=0), mesh.bounds.mean(axis=0), atol=1e-3)
    if finished.asset.name == "box":  # OpenUSD turns the box around a round thing, which is larger than it
        np.testing.assert_allclose(usd, mesh.bounds, atol=1e-3)


def test_what_is_round_resists_rolling(finished: Finished) -> None:
    model, (collider,) = read_colliders(finished, "asset/mjcf")
    rolls = finished.asset.name != "box"
    assert model.geom_condim[collider] == (6 if rolls else 4)
    if rolls:
        assert model.geom_friction[collider, 2] == pytest.approx(0.01 * model.geom_size[collider, 0])


def test_no_validator_of_openusd_objects(finished: Finished) -> None:
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    errors = UsdValidation.ValidationContext(validators).Validate(stage)
    assert [error.GetMessage() for error in errors] == []


def test_it_comes_to_rest(finished: Finished) -> None:
    assert finished.check("settle_rate").value == 1
