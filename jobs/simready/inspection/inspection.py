"""The written files against all rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from jobs.contracts.check import CheckResult
from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset
from jobs.simready.inspection import mjcf, urdf, usd
from jobs.simready.inspection.body import Bodies, digest
from jobs.simready.inspection.document import DOCUMENT, inspect_document, read_document
from jobs.simready.inspection.masses import inspect_mass_of_shape
from jobs.simready.inspection.shapes import (
    inspect_alignment,
    inspect_collider_count,
    inspect_hulls,
    inspect_overlap,
    inspect_surfaces,
)
from jobs.simready.inspection.violation import Rule, Violation

_READERS = {
    usd.FORMAT: usd.inspect_usd,
    mjcf.FORMAT: mjcf.inspect_mjcf,
    urdf.FORMAT: urdf.inspect_urdf,
}
_TOLD = 5
"""Violations that a check's detail names; it counts all."""


@dataclass(frozen=True)
class AssetFiles:
    """One asset as it was written: `asset.json` in `root`, and files by format, each in a folder of its own there."""

    root: Path
    files: dict[str, Path]

    def package(self, fmt: str) -> Path:
        """The folder that a file and all that it refers to may lie in."""
        return self.root / self.files[fmt].relative_to(self.root).parts[0]


def check_files(
    name: str, asset: AssetFiles, max_hull_vertices: int, settings: InspectionSettings
) -> tuple[CheckResult, ...]:
    """One check per rule, with the number of its violations as value; only `static_files` where there is no document
    to hold the files against."""
    found = inspect(asset, max_hull_vertices, settings)
    measured = get_args(Rule) if isinstance(read_document(asset.root / DOCUMENT), Asset) else ("static_files",)
    return tuple(
        _count(name, rule, [item for item in found if item.rule == rule])
        if rule in measured
        else CheckResult(name=rule, subject=name, error=f"{DOCUMENT} cannot be read")
        for rule in get_args(Rule)
    )


def inspect(asset: AssetFiles, max_hull_vertices: int, settings: InspectionSettings) -> tuple[Violation, ...]:
    """Every violation of every rule in every file, each once, however many variants of a stage show it."""
    document = read_document(asset.root / DOCUMENT)
    if isinstance(document, Violation):
        return (document,)
    found = {*inspect_document(document, settings)}
    for fmt, path in asset.files.items():
        states, problems = _READERS[fmt](path, asset.package(fmt), document, settings)
        found |= {*problems}
        different = {digest(bodies): bodies for bodies in states}  # most variants of a stage change no body
        for bodies in different.values():
            found |= {*_inspect_bodies(fmt, bodies, document, max_hull_vertices, settings)}
            # A level of detail is no measure of mass; the shape as the file opens is.
            fine = [body.without_unsound() for body in bodies if body.is_shown_as(states[0])]
            found |= {item for body in fine for item in inspect_mass_of_shape(body, document, settings)}
    return tuple(sorted(found))


def _inspect_bodies(
    fmt: str, bodies: Bodies, asset: Asset, max_hull_vertices: int, settings: InspectionSettings
) -> Iterator[Violation]:
    yield from inspect_collider_count(fmt, bodies, asset)
    for body in bodies:
        yield from inspect_surfaces(body)
    sound = [body.without_unsound() for body in bodies]
    for body in sound:
        yield from inspect_hulls(body, max_hull_vertices, settings)
        yield from inspect_alignment(body, settings)
    yield from inspect_overlap(sound, asset, settings)


def _count(name: str, rule: Rule, found: Sequence[Violation]) -> CheckResult:
    told = [f"{item.where} {item.what}" for item in found[:_TOLD]]
    more = [f"and {len(found) - _TOLD} more"] if len(found) > _TOLD else []
    return CheckResult(name=rule, subject=name, value=float(len(found)), detail="; ".join([*told, *more]))
