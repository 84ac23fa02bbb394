"""Joints found by the shapes and names of parts, against how the things were built."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.contracts.parts import JointsAnnotation, Separation
from jobs.contracts.simready import JointSettings
from jobs.simready.articulation.articulation import Articulation, FoundJoint
from jobs.simready.articulation.detection import Hints, find_articulation
from jobs.simready.physics.categories import find_category
from jobs.simready.vision.sight import SeenPart
from tests.simready.things import DRAWER_SLIDES, Thing, box_with_lid, chest, laptop, pieces_of, plates

TURNED = np.array(trimesh.transformations.rotation_matrix(0.5, [0, 0, 1], [0.2, 0.1, 0]))


def test_a_drawer_slides_out_of_the_only_open_side() -> None:
    joint = only_joint(find(chest()))
    assert (joint.kind, joint.parent, joint.child) == ("prismatic", "base", "drawer")
    np.testing.assert_allclose(joint.axis, (0, -1, 0), atol=1e-6)
    assert (joint.lower, joint.upper) == (0, pytest.approx(0.8 * 0.185, rel=0.01))


def test_a_lid_turns_about_the_edge_opposite_its_handle_and_opens_upwards() -> None:
    joint = only_joint(find(box_with_lid()))
    np.testing.assert_allclose(joint.axis, (-1, 0, 0), atol=1e-6)
    np.testing.assert_allclose(joint.pivot_m[1:], (0.095, 0.105), atol=5e-4)
    assert joint.upper > np.pi / 2


def test_a_screen_turns_about_the_edge_that_is_at_the_base() -> None:
    joint = only_joint(find(laptop(), "laptop"))
    assert abs(joint.axis[0]) == pytest.approx(1)
    np.testing.assert_allclose(joint.pivot_m[1:], (0.09, 0.026), atol=5e-4)
    assert joint.lower < -np.pi / 4
    assert joint.upper > np.pi / 4


def test_a_thing_that_stands_askew_has_askew_axes() -> None:
    thing = {name: mesh.copy().apply_transform(TURNED) for name, mesh in chest().items()}
    np.testing.assert_allclose(only_joint(find(thing)).axis, -TURNED[:3, 1], atol=1e-5)


def test_a_door_without_a_handle_may_hang_on_either_side_so_it_is_fixed_and_that_is_said() -> None:
    thing = {"base": chest()["base"], "door": plates(((-0.15, -0.112, 0), (0.15, -0.101, 0.12)))}
    found = find(thing)
    assert found.joints == ()
    assert "part 'door' was fixed to 'base'" in found.warnings[0]
    assert "2 edges fit equally" in found.warnings[0]


def test_a_ball_on_a_box_has_no_joint() -> None:
    ball = trimesh.creation.icosphere(3, 0.03)
    ball.apply_translation((0, 0, 0.15))
    found = find({"base": chest()["base"], "ball": ball})
    assert found.joints == ()
    assert "its shape tells no joint" in found.warnings[0]


def test_a_name_that_says_otherwise_costs_a_shape_its_joint() -> None:
    base, drawer = chest().values()
    found = find({"base": base, "lid": drawer})
    assert found.joints == ()
    assert "the name 'lid' says revolute" in found.warnings[0]


def test_what_was_said_is_not_searched_for() -> None:
    said = JointsAnnotation(joints=(DRAWER_SLIDES,))
    joint = only_joint(find_articulation(pieces_of(chest(), annotation=said), Hints(), JointSettings()))
    assert (joint.source, joint.confidence, joint.upper) == ("given", 1, 0.15)


def test_furniture_stands_still_and_a_prop_does_not() -> None:
    assert find(chest(), "cabinet").mobility == "static"
    assert find(laptop(), "laptop").mobility == "dynamic"


def test_one_mesh_of_what_usually_has_moving_parts_is_rigid_and_that_is_said() -> None:
    found = find({"thing": chest()["base"]}, "cabinet")
    assert found.joints == ()
    assert "it came as one mesh, so it is rigid" in found.warnings[0]


@pytest.mark.parametrize(
    ("seen", "confidence"),
    [
        ((SeenPart(part="Left box", kind="prismatic"), SeenPart(part="hatch", kind="revolute")), 0.85),
        ((SeenPart(part="something", kind="prismatic"),), 0.85),
        ((SeenPart(part="something", kind="prismatic"), SeenPart(part="hatch", kind="revolute")), 0.7),
    ],
)
def test_a_model_that_saw_a_picture_is_asked_where_the_name_says_nothing(
    seen: tuple[SeenPart, ...], confidence: float
) -> None:
    """By a word of the part's name, else if all that it saw moves alike."""
    base, drawer = chest().values()
    joint = only_joint(find({"base": base, "box_1": drawer}, seen=seen))
    assert joint.confidence == pytest.approx(confidence)
    assert ("a model that saw a picture says prismatic" in joint.source) == (confidence > 0.7)


def test_a_model_that_saw_it_otherwise_costs_a_shape_its_joint_but_no_name() -> None:
    base, drawer = chest().values()
    seen = (SeenPart(part="panel", kind="revolute"),)
    found = find({"base": base, "box_1": drawer}, seen=seen)
    assert found.joints == ()
    assert "a model that saw a picture says revolute" in found.warnings[0]
    assert only_joint(find(chest(), seen=seen)).confidence == pytest.approx(0.95)


def test_no_joint_is_surer_than_that_its_part_was_told_apart() -> None:
    separation = Separation(by="surfaces", confidence=0.65)
    joint = only_joint(find_articulation(pieces_of(chest(), separation=separation), Hints(), JointSettings()))
    assert joint.confidence == 0.65
    assert "the parts were told apart by the file's surfaces" in joint.source
    doubtful = Separation(by="surfaces", confidence=0.5)
    found = find_articulation(pieces_of(chest(), separation=doubtful), Hints(), JointSettings())
    assert found.joints == ()
    assert "(confidence 0.50)" in found.warnings[0]


def find(thing: Thing, category: str | None = None, seen: tuple[SeenPart, ...] = ()) -> Articulation:
    known = None if category is None else find_category(category)
    return find_articulation(pieces_of(thing), Hints(known, seen), JointSettings())


def only_joint(found: Articulation) -> FoundJoint:
    [joint] = found.joints
    return joint
