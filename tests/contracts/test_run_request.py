"""What a run may ask for, and how what is found in a scan takes its place among the objects."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from jobs.contracts.run import SOURCES_OF_OPTION, ObjectRequest, RunRequest, SceneDocument, StageOutcome, found_name

VALUES = {"units": "mm", "depth_unit": "mm", "allow_several": True}


@pytest.mark.parametrize("sources", [{}, {"photos": "a", "mesh": "a.glb"}, {"scan": "a", "picture": "a.jpg"}])
def test_an_object_has_exactly_one_source(sources: dict[str, str]):
    with pytest.raises(ValidationError, match="exactly one of photos, scan, picture, mesh"):
        ObjectRequest.model_validate({"name": "a", **sources})


@pytest.mark.parametrize("kind", ["photos", "scan", "picture", "mesh"])
@pytest.mark.parametrize("option", SOURCES_OF_OPTION)
def test_an_option_goes_with_its_sources_only(kind: str, option: str):
    fields = {"name": "a", kind: "a", option: VALUES.get(option, 0.5)}
    if option == "mass_tolerance_kg":
        fields["mass_kg"] = 1 if kind in SOURCES_OF_OPTION["mass_kg"] else None
    if kind in SOURCES_OF_OPTION[option]:
        assert ObjectRequest.model_validate(fields).kind == kind
    else:
        with pytest.raises(ValidationError, match=f"'{option}' goes with"):
            ObjectRequest.model_validate(fields)


def test_a_name_that_something_found_in_a_scan_could_have_is_refused():
    scan, mesh = {"name": "desk", "scan": "desk"}, {"name": "desk-object-1", "mesh": "a.glb"}
    with pytest.raises(ValidationError, match="rename desk-object-1"):
        RunRequest.model_validate({"schema_version": 1, "scene": "s", "objects": (scan, mesh)})


def test_what_is_found_in_a_scan_stands_behind_it():
    objects = ({"name": "cup", "mesh": "a.glb"}, {"name": "desk", "scan": "desk"}, {"name": "pen", "mesh": "b.glb"})
    request = RunRequest.model_validate({"schema_version": 1, "scene": "s", "objects": objects})
    found = [found_name("desk", f"object-{number}") for number in (1, 2)]
    stages = tuple(
        StageOutcome(job="reconstruction", subject=name, found_in="desk", passed=True, wall_s=0) for name in found
    )
    now = datetime.now(UTC)
    scene = SceneDocument(schema_version=1, scene="s", request=request, stages=stages, started_at=now, updated_at=now)
    assert scene.objects == ("cup", "desk", "desk-object-1", "desk-object-2", "pen")


def test_a_layout_places_what_is_asked_for_and_no_scan():
    objects = [{"name": "mug", "mesh": "mug.glb"}, {"name": "desk", "scan": "desk"}]
    given = {"schema_version": 1, "scene": "kitchen", "objects": objects}
    at = {"position_m": [0, 0]}
    RunRequest.model_validate({**given, "layout": {"placements": [{"name": "mug", **at}]}})
    for name in ("bowl", "desk"):
        with pytest.raises(ValidationError, match=f"places {name}; objects it can place: mug"):
            RunRequest.model_validate({**given, "layout": {"placements": [{"name": name, **at}]}})
