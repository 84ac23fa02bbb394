"""An asset dropped onto a plane in another engine: what was read of it, and where it came to rest."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.interop.export import Export
from tests.interop.findings import Findings

DROP_HEIGHT_M = 0.1
DURATION_S = 2.0
REST_WINDOW_S = 0.5
TIMESTEP_S = 0.002

# Engines round inertia to single precision and keep contact margins of a millimetre.
MAX_RELATIVE_DIFFERENCE = 0.05
MAX_CENTER_DIFFERENCE_M = 1e-4
MAX_MOTION_M = 5e-4
MAX_TILT_DEG = 2.0
MAX_HEIGHT_DIFFERENCE_M = 2e-3

_REFERENCE = "mujoco_rest.json"


@dataclass(frozen=True)
class Body:
    """As an engine holds it: centre of mass (3,) [m] and inertia (3, 3) [kg m^2] about it, both in the object frame."""

    mass_kg: float
    center_of_mass_m: NDArray[np.float64]
    inertia_kg_m2: NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """Origin (3,) [m] and rotation (3, 3) of the object frame in the world, Z up."""

    origin_m: NDArray[np.float64]
    R_world_object: NDArray[np.float64]

    def height_m(self, body: Body) -> float:
        """Of the centre of mass over the plane."""
        return float((self.origin_m + self.R_world_object @ body.center_of_mass_m)[2])


@dataclass(frozen=True)
class Start:
    """A pose to be let go in: origin (3,) [m] and orientation (4,) wxyz."""

    name: str
    origin_m: tuple[float, float, float]
    orientation_wxyz: tuple[float, float, float, float]
    up_object: tuple[float, float, float]
    """The world's up in the object frame."""

    @property
    def orientation_xyzw(self) -> tuple[float, float, float, float]:
        return (*self.orientation_wxyz[1:], self.orientation_wxyz[0])


@dataclass(frozen=True)
class Drop:
    """`end` is `REST_WINDOW_S` after `settled`."""

    start: Start
    body: Body
    settled: Pose
    end: Pose


def choose_starts(export: Export) -> tuple[Start, Start]:
    """Lowest point `DROP_HEIGHT_M` over the plane, on the two sides of the brick's corner: a collider that was scaled
    about the origin would show in the second only."""
    half = math.sqrt(0.5)
    width_m = export.load_asset()["extents_m"][1]
    return (
        Start("upright", (0.0, 0.0, DROP_HEIGHT_M), (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
        Start("on its side", (0.0, 0.0, DROP_HEIGHT_M + width_m), (half, -half, 0.0, 0.0), (0.0, -1.0, 0.0)),
    )


def run_drop(start: Start, body: Body, step: Callable[[], None], pose: Callable[[], Pose]) -> Drop:
    """Step `DURATION_S` through."""
    window = round(REST_WINDOW_S / TIMESTEP_S)
    for _ in range(round(DURATION_S / TIMESTEP_S) - window):
        step()
    settled = pose()
    for _ in range(window):
        step()
    return Drop(start, body, settled, pose())


def check_body(findings: Findings, seen: Body, export: Export) -> None:
    asset = export.load_asset()
    difference = abs(seen.mass_kg / asset["mass_kg"]["value"] - 1)
    findings.at_most(f"mass {seen.mass_kg:.6g} kg, differs from asset.json by", difference, MAX_RELATIVE_DIFFERENCE)
    away_m = np.linalg.norm(seen.center_of_mass_m - np.array(asset["center_of_mass_m"]))
    findings.at_most("centre of mass, away from asset.json's by", float(away_m), MAX_CENTER_DIFFERENCE_M, "m")
    inertia = np.array(asset["inertia_kg_m2"])
    difference = float(np.abs(seen.inertia_kg_m2 - inertia).max() / np.abs(inertia).max())
    findings.at_most("inertia tensor, differs from asset.json by", difference, MAX_RELATIVE_DIFFERENCE)


def check_rest(findings: Findings, drop: Drop, height_m: float, whose: str) -> None:
    name = f"dropped {drop.start.name} from {DROP_HEIGHT_M} m"
    moved_m = float(np.linalg.norm(drop.end.origin_m - drop.settled.origin_m))
    findings.at_most(f"{name}, motion in the last {REST_WINDOW_S} s", moved_m, MAX_MOTION_M, "m")
    upright = np.clip(drop.end.R_world_object[2] @ np.array(drop.start.up_object), -1, 1)
    findings.at_most(f"{name}, tilt at rest", float(np.degrees(np.arccos(upright))), MAX_TILT_DEG, "degrees")
    seen_m = drop.end.height_m(drop.body)
    what = f"{name}, rest height of the centre of mass {seen_m:.6f} m, differs from {whose} {height_m:.6f} m by"
    findings.at_most(what, abs(seen_m - height_m), MAX_HEIGHT_DIFFERENCE_M, "m")


def expected_height_m(start: Start, export: Export) -> float:
    """Of the centre of mass at rest, were the contact hard: as high over the side it stands on as in `asset.json`."""
    asset = export.load_asset()
    up = np.array(start.up_object)
    return float(up @ asset["center_of_mass_m"] - min(0.0, float(up @ asset["extents_m"])))


def save_reference(folder: Path, drops: Sequence[Drop]) -> None:
    """Keep what MuJoCo came to, for the other engines."""
    heights_m = {drop.start.name: drop.end.height_m(drop.body) for drop in drops}
    (folder / _REFERENCE).write_text(json.dumps(heights_m) + "\n")


def load_reference_m(folder: Path, start: Start) -> float:
    return json.loads((folder / _REFERENCE).read_text())[start.name]
