"""Gravity settles a scene: what moves, how far, and what has come to rest where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobs.contracts.assembly import PlacingSettings, RestSettings
from jobs.simready.assembly.errors import PlacementOverlaps, SceneDiverged
from jobs.simready.assembly.mjcf import body_of, surface_of
from jobs.simready.assembly.start import Array, Start, make_transform, move
from jobs.simready.assembly.surface import Surface
from jobs.simulation.simulator import Simulation, Simulator


@dataclass(frozen=True)
class Rest:
    """How one object ended. `moved`: how far its farthest point got, as part of its diagonal; `start_overlap` and
    `rest_overlap`: how deep it reaches into anything then, as part of its shortest extent. `joints`: rad or m."""

    T_scene_object: Array
    still: bool
    carried: bool
    moved: float
    start_overlap: float
    rest_overlap: float
    joints: dict[str, float]


def settle(
    scene: str,
    starts: Sequence[Start],
    surfaces: Sequence[Surface],
    model: Path,
    simulator: Simulator,
    placing: PlacingSettings,
    settings: RestSettings,
) -> tuple[Rest, ...]:
    """Let a scene go and wait until everything is at rest, or time is up.

    Args:
        scene: What errors call it.
        starts: Where each object is put.
        surfaces: What may carry them.
        model: The scene's MJCF, with everything where it starts.
        simulator: Who simulates.
        placing: How much a given pose may overlap.
        settings: What rest means.

    Returns: One entry for each start.

    Raises:
        PlacementOverlaps: Given poses put things into each other.
        SceneDiverged: The simulation came to no finite end.
    """
    simulation = simulator.load(model, settings.timestep_s)
    try:
        before = [_overlap(simulation, start) for start in starts]
        _require_clear(simulation, starts, before, surfaces, placing.max_overlap)
        still = _wait(simulation, scene, starts, settings)
        return tuple(
            _describe(simulation, start, at_rest, overlap, settings)
            for start, at_rest, overlap in zip(starts, still, before, strict=True)
        )
    finally:
        simulation.close()


def _wait(simulation: Simulation, scene: str, starts: Sequence[Start], settings: RestSettings) -> list[bool]:
    """Whether each object is at rest, as soon as all of them are, or when time is up."""
    steps = max(1, round(settings.rest_window_s / settings.timestep_s / 2))
    seen = [[_points(simulation, start)] for start in starts]
    still = [False] * len(starts)
    for _ in range(max(2, round(settings.time_limit_s / settings.timestep_s / steps))):
        simulation.step(steps)
        for start, states in zip(starts, seen, strict=True):
            states.append(_points(simulation, start))
            del states[:-3]
        gone = [start.member.name for start, states in zip(starts, seen, strict=True) if not np.isfinite(states).all()]
        if gone:
            raise SceneDiverged(scene, gone)
        still = [
            len(states) == 3 and _farthest_m(states) <= settings.rest_motion * start.member.diagonal_m
            for start, states in zip(starts, seen, strict=True)
        ]
        if all(still):
            break
    return still


def _describe(simulation: Simulation, start: Start, still: bool, overlap: float, settings: RestSettings) -> Rest:
    member = start.member
    T = _pose(simulation, body_of(member.name, member.bodies[0]))
    ends_m = move(member.corners_m, T)
    fallen_m = start.support.height_m - float(ends_m[:, 2].min())
    names = tuple(body_of(member.name, joint) for joint in member.joints)
    return Rest(
        T_scene_object=T,
        still=still,
        carried=fallen_m <= settings.max_fall * member.diagonal_m,
        moved=float(np.linalg.norm(ends_m - start.corners_m, axis=1).max()) / member.diagonal_m,
        start_overlap=overlap,
        rest_overlap=_overlap(simulation, start),
        joints=dict(zip(member.joints, simulation.joint_positions(names).tolist(), strict=True)),
    )


def _require_clear(
    simulation: Simulation,
    starts: Sequence[Start],
    overlaps: Sequence[float],
    surfaces: Sequence[Surface],
    allowed: float,
) -> None:
    """Raises: PlacementOverlaps: With every given pose that is meant, and what it reaches into."""
    deep = [
        (start, overlap)
        for start, overlap in zip(starts, overlaps, strict=True)
        if start.placed_by == "given" and overlap > allowed
    ]
    if deep:
        raise PlacementOverlaps(
            [
                (
                    start.member.name,
                    overlap * min(start.member.asset.extents_m),
                    overlap,
                    _touched(simulation, start, starts, surfaces),
                )
                for start, overlap in deep
            ],
            allowed,
        )


def _touched(
    simulation: Simulation, start: Start, starts: Sequence[Start], surfaces: Sequence[Surface]
) -> tuple[str, ...]:
    """What an object is in contact with: other objects and supports."""
    others = {other.member.name: _bodies(other) for other in starts if other is not start}
    others |= {surface.name: (surface_of(surface.name),) for surface in surfaces}
    return tuple(
        name
        for name, bodies in others.items()
        if any(simulation.touching(mine, other) for mine in _bodies(start) for other in bodies)
    )


def _overlap(simulation: Simulation, start: Start) -> float:
    deepest_m = max(simulation.penetration_m(body) for body in _bodies(start))
    return deepest_m / min(start.member.asset.extents_m)


def _points(simulation: Simulation, start: Start) -> Array:
    """(bodies, n, 3) [m]: the object's corners, carried along by each of its bodies."""
    return np.stack([move(start.member.corners_m, _pose(simulation, body)) for body in _bodies(start)])


def _farthest_m(states: Sequence[Array]) -> float:
    return max(float(np.linalg.norm(states[-1] - state, axis=-1).max()) for state in states)


def _bodies(start: Start) -> tuple[str, ...]:
    return tuple(body_of(start.member.name, body) for body in start.member.bodies)


def _pose(simulation: Simulation, body: str) -> Array:
    position_m, orientation_wxyz = simulation.pose(body)
    return make_transform((*orientation_wxyz.tolist(),), position_m)
