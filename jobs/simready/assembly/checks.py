"""What is measured about a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jobs.contracts.assembly import AssembledScene, PlacedObject
from jobs.contracts.check import CheckResult
from jobs.simready.assembly.parity import Reading, compare
from jobs.simready.assembly.rest import Rest
from jobs.simready.assembly.start import Start


def check_rest(scene: str, starts: Sequence[Start], rests: Sequence[Rest]) -> tuple[CheckResult, ...]:
    """Share of the objects that are at rest on what carried them; of each, how deep it reaches into anything and how
    far it moved."""
    names = [start.member.name for start in starts]
    moving = [name for name, rest in zip(names, rests, strict=True) if not rest.still]
    fallen = [name for name, rest in zip(names, rests, strict=True) if not rest.carried]
    resting = sum(rest.still and rest.carried for rest in rests) / len(rests)
    told = [f"{what}: {', '.join(which)}" for what, which in (("moving", moving), ("fell", fallen)) if which]
    return (
        CheckResult(name="scene_rest", subject=scene, value=resting, detail="; ".join(told)),
        *(
            CheckResult(
                name="scene_interpenetration",
                subject=name,
                value=max(rest.start_overlap, rest.rest_overlap),
                detail=f"{rest.start_overlap:.2g} of the shortest extent at start, {rest.rest_overlap:.2g} at rest",
            )
            for name, rest in zip(names, rests, strict=True)
        ),
        *(
            CheckResult(name="scene_moved", subject=start.member.name, value=rest.moved, detail=start.placed_by)
            for start, rest in zip(starts, rests, strict=True)
        ),
    )


def check_files(
    scene: AssembledScene, starts: Sequence[Start], readings: Mapping[str, Mapping[str, Reading]]
) -> tuple[CheckResult, ...]:
    """Share of the objects that are in every file, and how well the files agree with the document on each.

    Mass is compared where the whole object moves: what is fixed to the world has none for a simulator.
    """
    names = [item.name for item in scene.objects]
    complete = [name for name in names if all(name in reading for reading in readings.values())]
    extra = {name for reading in readings.values() for name in reading} - set(names)
    share = len(complete) / (len(names) + len(extra))
    found = CheckResult(name="scene_objects", subject=scene.name, value=share, detail=f"{len(names)} objects")
    return found, *(
        _check_parity(item, start.member.diagonal_m, readings)
        for item, start in zip(scene.objects, starts, strict=True)
        if item.name in complete
    )


def _check_parity(item: PlacedObject, size_m: float, readings: Mapping[str, Mapping[str, Reading]]) -> CheckResult:
    expected = Reading(item.mass_kg, np.array(item.T_scene_object))
    errors = {
        kind: compare(expected, reading[item.name], size_m, item.mobility == "dynamic")
        for kind, reading in readings.items()
    }
    detail = ", ".join(f"{kind} {error:.2g}" for kind, error in errors.items())
    return CheckResult(name="scene_parity", subject=item.name, value=max(errors.values()), detail=detail)
