"""Where things are put that nobody placed."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.contracts.assembly import PlacingSettings, SceneLayout, Table
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.simready import Asset, Mobility
from jobs.simready.assembly.errors import NoRoom, SceneDiverged
from jobs.simready.assembly.member import Member
from jobs.simready.assembly.tabletop import lay_out_on_table

SETTINGS = PlacingSettings()


def block(name: str, x_m: float, y_m: float, z_m: float, mobility: Mobility = "dynamic") -> Member:
    """A box that stands on the origin of its own frame."""
    corners_m = np.array([[x, y, z] for x in (-x_m / 2, x_m / 2) for y in (-y_m / 2, y_m / 2) for z in (0, z_m)])
    asset = Asset.model_construct(name=name, mobility=mobility, stable_poses_wxyz=(), extents_m=(x_m, y_m, z_m))
    return Member(asset, ManifestRef(job="simready", key="a" * 64), corners_m, (name,), ())


def test_fixtures_stand_on_the_floor_beside_the_table_and_props_on_it() -> None:
    members = [block("fridge", 0.6, 0.7, 1.8, "static"), block("mug", 0.1, 0.08, 0.1)]
    arrangement = lay_out_on_table(members, SceneLayout(), SETTINGS, seed=0)
    table, floor = arrangement.surfaces
    fridge, mug = arrangement.starts
    assert (fridge.support, mug.support) == (floor, table)
    assert fridge.corners_m[:, 2].min() == pytest.approx(-0.75)
    assert fridge.footprint.gap_m(table.footprint) > 0
    assert mug.footprint.gap_m(table.footprint) < 0


@pytest.mark.parametrize("count", [1, 40])
def test_a_table_of_no_given_size_has_room_for_all(count: int) -> None:
    members = [block(f"toy-{number}", 0.3, 0.2, 0.1) for number in range(count)]
    starts = lay_out_on_table(members, SceneLayout(), SETTINGS, seed=1).starts
    gaps_m = [one.footprint.gap_m(other.footprint) for i, one in enumerate(starts) for other in starts[:i]]
    assert min(gaps_m, default=1.0) >= SETTINGS.gap * members[0].diagonal_m - 1e-9
    assert [start.member for start in starts] == members


def test_where_a_thing_goes_depends_on_its_name_and_not_on_its_place_in_the_request() -> None:
    members = [block("mug", 0.1, 0.1, 0.1), block("bowl", 0.2, 0.2, 0.1)]
    there, back = (lay_out_on_table(order, SceneLayout(), SETTINGS, 5).starts for order in (members, members[::-1]))
    np.testing.assert_array_equal(there[0].T_scene_object, back[1].T_scene_object)


def test_a_table_of_a_given_size_is_not_made_larger() -> None:
    small = SceneLayout(table=Table(size_m=(0.5, 0.5)))
    with pytest.raises(NoRoom, match=r"'toy-\d', 0.361 m across, found no free place on 'table' \(0.5 x 0.5 m"):
        lay_out_on_table([block(f"toy-{number}", 0.3, 0.2, 0.1) for number in range(5)], small, SETTINGS, 0)


def test_what_flies_off_is_named() -> None:
    error = SceneDiverged("desk", ["mug", "box"])
    assert "mug, box flew off to infinity" in str(error)
    assert error.exit_code == 65
