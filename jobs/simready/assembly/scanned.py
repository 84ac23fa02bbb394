"""Where a scan saw its objects stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jobs.contracts.layout import LaidOutObject, Layout
from jobs.contracts.run import found_name
from jobs.runtime.errors import UnknownName
from jobs.simready.assembly.member import Member
from jobs.simready.assembly.start import Arrangement, Array, Start, move
from jobs.simready.assembly.surface import Surface, make_floor

_SLAB_M = 0.02
_FLOOR_BELOW_M = 0.75
_FLOOR_BEYOND = 2.0


def lay_out_as_scanned(members: Sequence[Member], layout: Layout, found_in: str) -> Arrangement:
    """The scan's supports, a floor under all of them, and where each member starts, in the order of the members.

    What colliders add below an object would start inside its support: it is lifted by that much.

    Raises:
        UnknownName: The layout has no place for a member.
    """
    places = {found_name(found_in, item.name): item for item in layout.objects}
    for member in members:
        if member.name not in places:
            raise UnknownName("object in the scan's layout", member.name, places)
    slabs = {plane.name: Surface(plane, _SLAB_M) for plane in layout.supports}
    starts = tuple(_start(member, places[member.name], slabs) for member in members)
    absent = sorted(set(places) - {member.name for member in members})
    warnings = (f"the scan shows what has no asset, so its place is empty: {', '.join(absent)}",) if absent else ()
    return Arrangement((*slabs.values(), _floor_under(tuple(slabs.values()))), starts, warnings)


def _start(member: Member, place: LaidOutObject, slabs: dict[str, Surface]) -> Start:
    support, T = slabs[place.support], np.array(place.T_scene_object)
    sunk_m = support.height_m - float(move(member.corners_m, T)[:, 2].min())
    T[2, 3] += max(0.0, sunk_m)
    return Start(member, "scan", support, T)


def _floor_under(slabs: tuple[Surface, ...]) -> Surface:
    """Nobody saw it: far enough below that nothing that stands on a support can touch it."""
    reach_m: Array = np.abs([corner for slab in slabs for corner in (slab.plane.low_m, slab.plane.high_m)])
    side_m = 2 * _FLOOR_BEYOND * float(reach_m.max())
    return make_floor((side_m, side_m), min(slab.height_m for slab in slabs) - _FLOOR_BELOW_M)
