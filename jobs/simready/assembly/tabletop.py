"""A table beside which fixtures stand, and what is on it: where it was said, and anywhere else at random."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from jobs.contracts.assembly import Placement, PlacingSettings, SceneLayout
from jobs.runtime.errors import UnknownName
from jobs.runtime.workspace import derive_seed
from jobs.simready.assembly.errors import NoRoom
from jobs.simready.assembly.footprint import Footprint
from jobs.simready.assembly.member import Member
from jobs.simready.assembly.start import Arrangement, Start, make_transform, move, put_down
from jobs.simready.assembly.surface import Surface, find_below, make_floor, make_table

_SMALLEST_TABLE_M = 0.6
_FILLED = 0.3
"""Circles put down one by one at random jam at 0.547 of the area (Renyi 1958; Feder 1980); at half of that, most tries
succeed."""
_GROWTH, _GROWTHS = 1.25, 12


def lay_out_on_table(
    members: Sequence[Member], layout: SceneLayout, settings: PlacingSettings, seed: int
) -> Arrangement:
    """The table, the floor, and where each member starts, in the order of the members.

    Raises:
        UnknownName: A placement is of none of them.
        NoRoom: They do not fit.
    """
    given = {item.name: item for item in layout.placements}
    for name in given:
        if name not in {member.name for member in members}:
            raise UnknownName("object in this scene", name, (member.name for member in members))
    size_m = layout.table.size_m or _estimate_size(members, given, settings)
    growths = 0 if layout.table.size_m else _GROWTHS
    while True:
        surfaces = (
            make_table(size_m, layout.table.height_m),
            make_floor(_floor_size(size_m, members, given, settings), -layout.table.height_m),
        )
        try:
            return Arrangement(surfaces, _place_all(members, given, surfaces, settings, seed))
        except NoRoom:
            if not growths:
                raise
        growths -= 1
        size_m = (_GROWTH * size_m[0], _GROWTH * size_m[1])


def _place_all(
    members: Sequence[Member],
    given: dict[str, Placement],
    surfaces: tuple[Surface, ...],
    settings: PlacingSettings,
    seed: int,
) -> tuple[Start, ...]:
    """What was said first, then the others, the widest first, for it is the hardest to find a place for."""
    starts = {
        member.name: _place_given(member, given[member.name], surfaces, settings)
        for member in members
        if member.name in given
    }
    others = [member for member in members if member.name not in given]
    for member in sorted(others, key=lambda member: -_lying(member).diameter_m):
        starts[member.name] = _place_random(member, surfaces, starts.values(), settings, seed)
    return tuple(starts[member.name] for member in members)


def _place_given(
    member: Member, placement: Placement, surfaces: tuple[Surface, ...], settings: PlacingSettings
) -> Start:
    rotation = Rotation.from_quat(placement.orientation_wxyz or member.resting_wxyz, scalar_first=True)
    position_m = np.array(placement.position_m)
    there = _lying(member, rotation).moved(position_m[:2])
    if len(position_m) == 2:
        support = find_below(surfaces, there)
        return Start(member, "given", support, put_down(member, rotation, position_m, support, settings.clearance))
    T = make_transform(rotation, position_m)
    lowest_m = float(move(member.corners_m, T)[:, 2].min())
    return Start(member, "given", find_below(surfaces, there, lowest_m + settings.max_overlap * member.diagonal_m), T)


def _place_random(
    member: Member, surfaces: tuple[Surface, ...], starts: Iterable[Start], settings: PlacingSettings, seed: int
) -> Start:
    table, floor = surfaces
    support, obstacles = (floor, [(table.footprint, 0.0)]) if member.is_fixture else (table, [])
    obstacles += [(start.footprint, start.member.diagonal_m) for start in starts]
    random = np.random.default_rng(derive_seed(seed, "placing", member.name))
    for _ in range(settings.attempts):
        rotation = Rotation.from_rotvec([0, 0, random.uniform(-np.pi, np.pi)])
        rotation = rotation * Rotation.from_quat(member.resting_wxyz, scalar_first=True)
        lying = _lying(member, rotation)
        edge_m = settings.gap * member.diagonal_m
        low_m = np.array(support.plane.low_m) + edge_m - lying.low_m
        high_m = np.array(support.plane.high_m) - edge_m - lying.high_m
        xy_m = random.uniform(size=2) * (high_m - low_m) + low_m
        there = lying.moved(xy_m)
        if (high_m >= low_m).all() and all(
            _is_clear(there, taken, settings.gap * max(member.diagonal_m, diagonal_m))
            for taken, diagonal_m in obstacles
        ):
            return Start(member, "random", support, put_down(member, rotation, xy_m, support, settings.clearance))
    x_m, y_m, _ = support.size_m.tolist()
    raise NoRoom(member.name, _lying(member).diameter_m, support.name, (x_m, y_m), len(obstacles))


def _is_clear(one: Footprint, other: Footprint, gap_m: float) -> bool:
    """Bounding boxes are asked first: they are quick, and most things are far from each other."""
    apart_m = np.maximum(one.low_m - other.high_m, other.low_m - one.high_m).max()
    return bool(apart_m >= gap_m) or one.gap_m(other) >= gap_m


def _lying(member: Member, rotation: Rotation | None = None) -> Footprint:
    """What it covers with its own origin at that of the scene."""
    turned = rotation or Rotation.from_quat(member.resting_wxyz, scalar_first=True)
    return Footprint.of(turned.apply(member.corners_m))


def _room_m(member: Member, settings: PlacingSettings) -> float:
    """Side of the square that it needs whichever way it is turned."""
    return _lying(member).diameter_m + settings.gap * member.diagonal_m


def _estimate_size(
    members: Sequence[Member], given: dict[str, Placement], settings: PlacingSettings
) -> tuple[float, float]:
    """A square table on which what nobody placed finds room, and that reaches under the props that somebody did."""
    loose = [member for member in members if not member.is_fixture and member.name not in given]
    area_m2 = sum(_room_m(member, settings) ** 2 for member in loose) / _FILLED
    reach_m = [
        float(np.abs(given[member.name].position_m[:2]).max()) + 2 * member.diagonal_m
        for member in members
        if member.name in given and not member.is_fixture
    ]
    side_m = max(_SMALLEST_TABLE_M, area_m2**0.5, 2 * max(reach_m, default=0.0))
    return (side_m, side_m)


def _floor_size(
    table_m: tuple[float, float], members: Sequence[Member], given: dict[str, Placement], settings: PlacingSettings
) -> tuple[float, float]:
    """Room for every fixture on each side of the table, and under everything that was placed."""
    beside_m = sum(_room_m(member, settings) for member in members if member.is_fixture)
    reach_m = max(
        (
            float(np.abs(given[member.name].position_m[:2]).max()) + 2 * member.diagonal_m
            for member in members
            if member.name in given
        ),
        default=0.0,
    )
    side_m = 2 * max(max(table_m), max(table_m) / 2 + 2 * beside_m, reach_m)
    return (side_m, side_m)
