"""Where things can be held, and whether they stay there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.grasps import Grasps
from jobs.geometry.closed import to_manifold
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from jobs.simready.checks.grasp import take_hold
from jobs.simulation.simulator import open_simulator
from tests.simready.conftest import Finished, run_simready
from tests.simready.test_trials import REQUEST, SIZE_M, author, bounded, value_of


@pytest.fixture(scope="module")
def wooden_box(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return run_simready(tmp_path_factory.mktemp("box"), trimesh.creation.box(SIZE_M), material="wood")


def test_a_box_is_held_at_two_opposite_faces(wooden_box: Finished) -> None:
    for grasp in grasps_of(wooden_box).grasps:
        T_object_grasp, (first, second) = np.array(grasp.T_object_grasp), np.array(grasp.contacts_m)
        rotation, closing = T_object_grasp[:3, :3], T_object_grasp[:3, 1]
        np.testing.assert_allclose(rotation.T @ rotation, np.eye(3), atol=1e-9)
        assert np.linalg.det(rotation) > 0
        # Friction of 0.2 allows 11 degrees between the closing direction and a face.
        side = int(np.abs(closing).argmax())
        assert abs(closing[side]) > np.cos(np.arctan(0.2))
        assert (first[side], second[side]) == pytest.approx(
            (-np.sign(closing[side]) * SIZE_M[side] / 2, np.sign(closing[side]) * SIZE_M[side] / 2), abs=1e-2
        )
        assert SIZE_M[side] < 0.07


def test_a_box_follows_the_gripper_and_falls_when_it_is_let_go(wooden_box: Finished) -> None:
    assert wooden_box.check("graspable").value == 1
    assert wooden_box.check("grasp_lift").value == pytest.approx(1, abs=0.01)
    assert bounded(wooden_box, "grasp_slip", 0.02)
    assert wooden_box.check("grasp_release").value == 1
    grasps = grasps_of(wooden_box).grasps
    assert grasps[0].held
    assert sum(grasp.held is not None for grasp in grasps) == REQUEST.trials.grasp.lifts


def test_grasps_differ_from_each_other(wooden_box: Finished) -> None:
    poses = np.array([grasp.T_object_grasp for grasp in grasps_of(wooden_box).grasps])
    moved_m = np.linalg.norm(poses[:, None, :3, 3] - poses[None, :, :3, 3], axis=2)
    turned = np.abs(poses[:, None, :3, :3] - poses[None, :, :3, :3]).max(axis=(2, 3))
    assert ((moved_m > 0.005) | (turned > 0.2))[np.triu_indices(len(poses), k=1)].all()


def test_a_tray_is_held_by_its_wall(wooden_box: Finished, tmp_path: Path) -> None:
    """It is wider than the gripper opens, but its walls are not."""
    bounds = [
        [[-0.06, -0.06, 0.0], [0.06, 0.06, 0.004]],
        [[-0.06, -0.06, 0.0], [-0.056, 0.06, 0.06]],
        [[0.056, -0.06, 0.0], [0.06, 0.06, 0.06]],
        [[-0.06, -0.06, 0.0], [0.06, -0.056, 0.06]],
        [[-0.06, 0.056, 0.0], [0.06, 0.06, 0.06]],
    ]
    boxes = [trimesh.creation.box(bounds=bound) for bound in bounds]
    asset = wooden_box.asset.model_copy(update={"extents_m": (0.12, 0.12, 0.06), "center_of_mass_m": (0.0, 0.0, 0.02)})
    parts, mjcf = author(asset, tmp_path, boxes)
    hold = take_hold([to_manifold(parts.base.visual.mesh)], parts, mjcf, open_simulator("mujoco"), REQUEST, tmp_path)
    best = hold.grasps.grasps[0]
    assert best.held
    assert best.width_m == pytest.approx(0.004, abs=1e-4)
    assert value_of(hold.checks, "grasp_lift") == pytest.approx(1, abs=0.01)


def test_what_is_wider_than_the_gripper_is_not_graspable_and_not_blamed(tmp_path: Path) -> None:
    finished = run_simready(tmp_path, trimesh.creation.box((0.12, 0.11, 0.1)), material="cardboard")
    check = finished.check("graspable")
    assert check.value == 0
    assert "no two opposite places within 70 mm" in check.detail
    assert not any(check.name.startswith("grasp_") for check in finished.manifest.checks)
    assert grasps_of(finished).grasps == ()
    assert decide(finished.manifest, load_profile("lab")).reasons == ()


def test_what_is_too_heavy_for_the_gripper_is_said_to_be_so(wooden_box: Finished, tmp_path: Path) -> None:
    heavy = wooden_box.asset.mass_kg.model_copy(update={"value": 10.0})
    parts, mjcf = author(wooden_box.asset.model_copy(update={"mass_kg": heavy}), tmp_path)
    hold = take_hold([to_manifold(parts.base.visual.mesh)], parts, mjcf, open_simulator("mujoco"), REQUEST, tmp_path)
    (check,) = hold.checks
    assert check.value == 0
    # Two fingers, friction of 0.2: m (g + 0.01 m (2 pi 2 Hz)^2) / 0.4.
    assert "needs a grip of 285 N, the gripper has 70 N" in check.detail


def test_what_all_of_the_gripper_does_not_hold_is_too_heavy_and_nothing_is_annotated(
    wooden_box: Finished, tmp_path: Path
) -> None:
    """57 N would just carry it, so there is no room for the margin; in the simulation they do not."""
    heavy = wooden_box.asset.mass_kg.model_copy(update={"value": 2.0})
    links = (wooden_box.asset.links[0].model_copy(update={"mass_kg": 2.0}),)
    parts, mjcf = author(wooden_box.asset.model_copy(update={"mass_kg": heavy, "links": links}), tmp_path)
    friction = f'friction="{wooden_box.asset.dynamic_friction.value:.12g} '
    mjcf.write_text(mjcf.read_text().replace(friction, 'friction="0.02 '))
    hold = take_hold([to_manifold(parts.base.visual.mesh)], parts, mjcf, open_simulator("mujoco"), REQUEST, tmp_path)
    (check,) = hold.checks
    assert check.value == 0
    assert "too heavy: none of 6 grasps held with 70 N, of which 57 N carry it" in check.detail
    assert hold.grasps.grasps == ()


def test_what_is_more_slippery_than_it_claims_to_be_is_lost(wooden_box: Finished, tmp_path: Path) -> None:
    parts, mjcf = author(wooden_box.asset, tmp_path)
    friction = f'friction="{wooden_box.asset.dynamic_friction.value:.12g} '
    mjcf.write_text(mjcf.read_text().replace(friction, 'friction="0.02 '))
    hold = take_hold([to_manifold(parts.base.visual.mesh)], parts, mjcf, open_simulator("mujoco"), REQUEST, tmp_path)
    assert value_of(hold.checks, "graspable") == 1
    assert value_of(hold.checks, "grasp_lift") < 0.5
    assert not any(grasp.held for grasp in hold.grasps.grasps)


def grasps_of(finished: Finished) -> Grasps:
    return Grasps.from_json(finished.file("asset/grasps").read_bytes())
