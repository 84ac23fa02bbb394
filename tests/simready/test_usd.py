"""The USD file, read by pxr."""

from __future__ import annotations

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false
from pathlib import Path

import numpy as np
import pytest
import trimesh
from pxr import Usd, UsdGeom, UsdPhysics, UsdSemantics, UsdShade
from trimesh.visual import ColorVisuals

from tests.simready.conftest import Finished, run_simready


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    mesh = trimesh.creation.cylinder(0.03, 0.1, sections=48)
    colours = np.tile(np.array([10, 160, 40, 255], np.uint8), (len(mesh.vertices), 1))
    mesh.visual = ColorVisuals(mesh, vertex_colors=colours)
    return run_simready(tmp_path_factory.mktemp("usd"), mesh, name="tin-can", material="steel", mass_kg=0.35)


@pytest.fixture
def stage(finished: Finished) -> Usd.Stage:
    return Usd.Stage.Open(str(finished.file("asset/usd")))


def test_it_is_a_z_up_component_in_metres_and_kilograms(stage: Usd.Stage) -> None:
    assert UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.z
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1
    assert UsdPhysics.GetStageKilogramsPerUnit(stage) == 1
    assert stage.GetDefaultPrim().GetName() == "tin_can"
    assert Usd.ModelAPI(stage.GetDefaultPrim()).GetKind() == "component"


def test_the_root_is_the_only_rigid_body_and_has_the_mass(stage: Usd.Stage, finished: Finished) -> None:
    bodies = [prim for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.RigidBodyAPI)]
    mass = UsdPhysics.MassAPI(stage.GetDefaultPrim())
    assert bodies == [stage.GetDefaultPrim()]
    assert mass.GetMassAttr().Get() == pytest.approx(0.35)
    moments = np.linalg.eigvalsh(np.array(finished.asset.inertia_kg_m2))
    assert list(mass.GetDiagonalInertiaAttr().Get()) == pytest.approx(moments.tolist(), rel=1e-6)


def test_what_is_seen_does_not_collide_and_what_collides_is_a_guide(stage: Usd.Stage, finished: Finished) -> None:
    visual = stage.GetPrimAtPath("/tin_can/visuals/mesh")
    colliders = [prim for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.CollisionAPI)]
    assert not visual.HasAPI(UsdPhysics.CollisionAPI)
    assert len(colliders) == finished.asset.links[0].colliders
    for prim in colliders:
        assert UsdGeom.Imageable(prim).GetPurposeAttr().Get() == UsdGeom.Tokens.guide


def test_colliders_have_the_friction_of_the_asset(stage: Usd.Stage, finished: Finished) -> None:
    hull = stage.GetPrimAtPath("/tin_can/collisions/cylinder_000")
    material, _ = UsdShade.MaterialBindingAPI(hull).ComputeBoundMaterial("physics")
    physics = UsdPhysics.MaterialAPI(material)
    assert physics.GetStaticFrictionAttr().Get() == pytest.approx(finished.asset.static_friction.value)
    assert physics.GetDynamicFrictionAttr().Get() == pytest.approx(finished.asset.dynamic_friction.value)
    assert physics.GetRestitutionAttr().Get() == pytest.approx(finished.asset.restitution.value)


def test_the_texture_lies_beside_the_file_and_is_found(stage: Usd.Stage) -> None:
    shader = UsdShade.Shader.Get(stage, "/tin_can/Looks/visual/texture")
    asset = shader.GetInput("file").Get()
    assert asset.path == "./textures/tin-can.png"
    assert Path(asset.resolvedPath).is_file()


def test_it_says_what_it_is_and_what_it_is_made_of(stage: Usd.Stage) -> None:
    root = UsdSemantics.LabelsAPI(stage.GetDefaultPrim(), "class")
    code = UsdSemantics.LabelsAPI(stage.GetDefaultPrim(), "wikidata_qcode")
    surface = UsdSemantics.LabelsAPI(stage.GetPrimAtPath("/tin_can/Looks/surface"), "material")
    assert list(root.GetLabelsAttr().Get()) == ["tin-can"]
    assert list(code.GetLabelsAttr().Get()) == ["Q223557"]
    assert list(surface.GetLabelsAttr().Get()) == ["steel"]


def test_a_name_that_starts_with_a_digit_becomes_a_valid_prim(tmp_path: Path) -> None:
    finished = run_simready(tmp_path, trimesh.creation.box((0.1, 0.1, 0.1)), name="3d-cube")
    assert Usd.Stage.Open(str(finished.file("asset/usd"))).GetDefaultPrim().GetName() == "_d_cube"
