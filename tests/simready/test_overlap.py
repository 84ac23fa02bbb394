"""Parts may be drawn a little into each other where a joint connects them, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.contracts.inspection import InspectionSettings
from jobs.simready.inspection.body import Body, Surface
from jobs.simready.inspection.shapes import inspect_overlap
from tests.simready.conftest import ANY_COLLIDER, Finished, run_simready
from tests.simready.things import DRAWER_SLIDES, chest


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("chest")
    return run_simready(folder, chest(), name="a-chest", colliders=ANY_COLLIDER, said=(DRAWER_SLIDES,))


@pytest.mark.parametrize("names", [("/a_chest/base", "/a_chest/drawer"), ("a-chest", "a-chest_drawer")])
@pytest.mark.parametrize(("share", "violations"), [(0.1, 0), (0.3, 1)])
def test_a_drawer_may_be_drawn_a_little_into_its_chest(
    drawer: Finished, names: tuple[str, str], share: float, violations: int
) -> None:
    assert len(find(drawer, names, share)) == violations


def test_what_no_joint_connects_may_not(drawer: Finished) -> None:
    [found] = find(drawer, ("base", "handle"), 0.1)
    assert (found.rule, found.what) == ("static_overlap", "shares 10 % of the smaller one's volume with handle")


def find(drawer: Finished, names: tuple[str, str], share: float) -> list:
    bodies = [body(name, shift_m) for name, shift_m in zip(names, (0.0, 1.0 - share), strict=True)]
    return list(inspect_overlap(bodies, drawer.asset, InspectionSettings()))


def body(name: str, shift_m: float) -> Body:
    """A cube of 1 m."""
    cube = trimesh.creation.box((1, 1, 1)).apply_translation((shift_m, 0, 0))
    surface = Surface(name, np.asarray(cube.vertices), np.asarray(cube.faces, np.int64))
    return Body(name, name, None, (surface,), (surface,))
