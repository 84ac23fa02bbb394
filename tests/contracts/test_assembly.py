"""What a layout may say."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from jobs.contracts.assembly import AssemblyRequest, SceneLayout

ASSET = {"job": "simready", "key": "a" * 64}
REQUEST = {"schema_version": 1, "profile": "demo", "scene": "desk", "assets": [ASSET]}


def layout(**placement: object) -> str:
    return json.dumps({"placements": [{"name": "mug", "position_m": [0, 0, 0], **placement}]})


def test_two_or_three_coordinates_are_a_place() -> None:
    assert len(SceneLayout.from_json(layout(position_m=[0.1, 0.2])).placements[0].position_m) == 2
    assert len(SceneLayout.from_json(layout(position_m=[0.1, 0.2, 0])).placements[0].position_m) == 3


@pytest.mark.parametrize(
    ("placement", "problem"),
    [
        ({"position_m": [float("nan"), 0, 0]}, "finite"),
        ({"position_m": [0, 0, float("inf")]}, "finite"),
        ({"position_m": [0]}, "Field required"),
        ({"orientation_wxyz": [0, 0, 0, 0]}, "'mug' is no unit quaternion"),
        ({"orientation_wxyz": [1, 1, 0, 0]}, "'mug' is no unit quaternion"),
        ({"name": "../mug"}, "pattern"),
    ],
)
def test_what_is_no_pose_is_refused(placement: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        SceneLayout.from_json(layout(**placement))


def test_an_object_is_placed_once() -> None:
    twice = [{"name": "mug", "position_m": [x, 0]} for x in (0, 1)]
    with pytest.raises(ValidationError, match="placed more than once: mug"):
        SceneLayout.from_json(json.dumps({"placements": twice}))


def test_a_scan_and_placements_do_not_go_together() -> None:
    scan = {"scan": {"job": "reconstruction", "key": "b" * 64}, "found_in": "desk"}
    assert AssemblyRequest.model_validate({**REQUEST, **scan}).found_in == "desk"
    with pytest.raises(ValidationError, match="'placements' do not go with it"):
        AssemblyRequest.model_validate({**REQUEST, **scan, "layout": json.loads(layout())})
    with pytest.raises(ValidationError, match="go together"):
        AssemblyRequest.model_validate({**REQUEST, "found_in": "desk"})
