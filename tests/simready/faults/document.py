"""Faults in `asset.json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from numpy.random import Generator

from jobs.simready.inspection.document import DOCUMENT
from jobs.simready.inspection.inspection import AssetFiles
from tests.simready.faults.fault import Fault


def _json(check: str, *keys: str | int, to: Callable[[Any], Any], jointed: bool = False) -> Fault:
    """The value below some keys becomes what `to` makes of it."""

    def put(asset: AssetFiles, random: Generator) -> None:
        path = asset.root / DOCUMENT
        document = json.loads(path.read_text())
        place = document
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to(place[keys[-1]])
        path.write_text(json.dumps(document))

    return Fault(check, put, jointed)


def _missing(asset: AssetFiles, random: Generator) -> None:
    (asset.root / DOCUMENT).unlink()


FAULTS = {
    "json: missing": Fault("static_files", _missing),
    "json: mass not a number": _json("static_files", "mass_kg", "value", to=lambda _: float("nan")),
    "json: unknown version": _json("static_files", "schema_version", to=lambda _: 99),
    "json: mass outside of its interval": _json("static_mass", "mass_kg", "value", to=lambda mass: 10 * mass),
    "json: zero mass of a link": _json("static_mass", "links", 0, "mass_kg", to=lambda _: 0.0),
    "json: links of more mass than the whole": _json("static_mass", "links", 0, "mass_kg", to=lambda mass: 1.1 * mass),
    "json: links of more volume than the whole": _json("static_density", "links", 0, "volume_m3", to=lambda v: 1.1 * v),
    "json: density outside of its interval": _json("static_density", "density_kg_m3", "value", to=lambda d: d / 1000),
    "json: moments that no body has": _json(
        "static_inertia", "links", 0, "inertia_kg_m2", to=lambda _: [[1, 0, 0], [0, 1, 0], [0, 0, 3]]
    ),
    "json: inertia that the links do not add up to": _json(
        "static_inertia", "inertia_kg_m2", 0, 0, to=lambda i: 1.2 * i
    ),
    "json: centre of mass elsewhere": _json("static_center_of_mass", "center_of_mass_m", 0, to=lambda x: x + 0.01),
    "json: slides harder than it starts": _json(
        "static_friction", "static_friction", to=lambda s: {**s, "low": 0.0, "value": 0.01}
    ),
    "json: friction outside of its interval": _json("static_friction", "dynamic_friction", "value", to=lambda _: -0.1),
    "json: gains energy in a bounce": _json(
        "static_restitution", "restitution", to=lambda r: {**r, "value": 1.2, "high": 2}
    ),
    "json: another count of colliders": _json("static_colliders", "links", 0, "colliders", to=lambda n: n + 1),
    "json: limits swapped": _json("static_joints", "joints", 0, "lower", to=lambda _: 99.0, jointed=True),
    "json: axis of no length": _json("static_joints", "joints", 0, "axis", to=lambda _: [0, 0, 0], jointed=True),
    "json: child that is no link": _json("static_joints", "joints", 0, "child", to=lambda _: "nowhere", jointed=True),
    "json: joint to itself": _json("static_joints", "joints", 0, "parent", to=lambda _: "lid", jointed=True),
    "json: negative damping": _json("static_files", "joints", 0, "damping", to=lambda _: -1, jointed=True),
    "json: two links of one name": _json("static_names", "links", to=lambda links: [*links, links[-1]]),
}
