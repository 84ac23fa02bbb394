"""An asset in another engine: what was read of it, where its parts are when it is open, where it came to rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.interop.findings import Findings

DROP_HEIGHT_M = 0.02
DURATION_S = 2.0
REST_WINDOW_S = 0.5
TIMESTEP_S = 0.002

# Engines round inertia to single precision and keep contact margins of a millimetre.
MAX_RELATIVE_DIFFERENCE = 0.05
MAX_CENTER_DIFFERENCE_M = 1e-4
MAX_MOTION_M = 5e-4
MAX_TURN_DEG = 2.0
MAX_REST_DIFFERENCE_M = 2e-3
MAX_OPEN_DIFFERENCE_M = 1e-4

_REFERENCE = "mujoco_rest.json"


@dataclass(frozen=True)
class Body:
    """As an engine holds it: centre of mass (3,) [m] and inertia (3, 3) [kg m^2] about it, both in the frame of the
    body, which is the object's with every joint at zero."""

    mass_kg: float
    center_of_mass_m: NDArray[np.float64]
    inertia_kg_m2: NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """Origin (3,) [m] and rotation (3, 3) of the object frame in the world, Z up."""

    origin_m: NDArray[np.float64]
    R_world_object: NDArray[np.float64]

    def center_m(self, body: Body) -> NDArray[np.float64]:
        """(3,) of mass, in the world."""
        return self.origin_m + self.R_world_object @ body.center_of_mass_m


@dataclass(frozen=True)
class Start:
    """A pose to be let go in: origin (3,) [m] and orientation (4,) wxyz; and where the centre of mass (3,) [m] would
    come to rest under it, were the contact hard. In one that is not `steady` it may roll."""

    name: str
    origin_m: tuple[float, float, float]
    orientation_wxyz: tuple[float, float, float, float]
    standing_m: tuple[float, float, float]
    steady: bool

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


@dataclass(frozen=True)
class Rest:
    """Where MuJoCo let go of an asset, and where the centre of mass (3,) [m] and the object's axes (3, 3) were then."""

    start: Start
    center_m: NDArray[np.float64]
    R_world_object: NDArray[np.float64]


def body_name(asset: Mapping[str, Any], link: str) -> str:
    """What our MJCF and URDF call a link: the base as the asset."""
    return asset["name"] if link == asset["links"][0]["name"] else f"{asset['name']}_{link}"


def run_drop(start: Start, body: Body, step: Callable[[], None], pose: Callable[[], Pose]) -> Drop:
    """Step `DURATION_S` through."""
    window = round(REST_WINDOW_S / TIMESTEP_S)
    for _ in range(round(DURATION_S / TIMESTEP_S) - window):
        step()
    settled = pose()
    for _ in range(window):
        step()
    return Drop(start, body, settled, pose())


def check_bodies(findings: Findings, seen: Mapping[str, Body], asset: Mapping[str, Any]) -> None:
    """Of every link: mass, centre of mass and inertia, against asset.json."""
    findings.equal(f"{asset['name']}, links", sorted(seen), sorted(link["name"] for link in asset["links"]))
    for link in asset["links"]:
        name, body = f"{asset['name']}, {link['name']}", seen[link["name"]]
        difference = abs(body.mass_kg / link["mass_kg"] - 1)
        findings.at_most(f"{name}, mass {body.mass_kg:.6g} kg, off by", difference, MAX_RELATIVE_DIFFERENCE)
        away_m = np.linalg.norm(body.center_of_mass_m - np.array(link["center_of_mass_m"]))
        findings.at_most(f"{name}, centre of mass, off by", float(away_m), MAX_CENTER_DIFFERENCE_M, "m")
        inertia = np.array(link["inertia_kg_m2"])
        difference = float(np.abs(body.inertia_kg_m2 - inertia).max() / np.abs(inertia).max())
        findings.at_most(f"{name}, inertia tensor, off by", difference, MAX_RELATIVE_DIFFERENCE)


def check_opened(findings: Findings, seen: Mapping[str, NDArray[np.float64]], asset: Mapping[str, Any]) -> None:
    """`seen`: centre of mass (3,) [m] in the world of each joint's child, at the joint's upper limit."""
    findings.equal(f"{asset['name']}, joints", sorted(seen), sorted(joint["name"] for joint in asset["joints"]))
    for joint in asset["joints"]:
        away_m = float(np.linalg.norm(seen[joint["name"]] - _expect_opened_m(joint, asset)))
        name = f"{asset['name']}, {joint['child']} at the upper limit of {joint['name']}, centre of mass, off by"
        findings.at_most(name, away_m, MAX_OPEN_DIFFERENCE_M, "m")


def _expect_opened_m(joint: Mapping[str, Any], asset: Mapping[str, Any]) -> NDArray[np.float64]:
    (child,) = (link for link in asset["links"] if link["name"] == joint["child"])
    center_m, axis, pivot_m = (np.array(some) for some in (child["center_of_mass_m"], joint["axis"], joint["pivot_m"]))
    if joint["kind"] == "prismatic":
        return center_m + axis * joint["upper"]
    arm_m, angle_rad = center_m - pivot_m, joint["upper"]
    along_m = axis * (axis @ arm_m)
    return pivot_m + along_m + (arm_m - along_m) * np.cos(angle_rad) + np.cross(axis, arm_m) * np.sin(angle_rad)


def check_rest(findings: Findings, drop: Drop, rest: Rest, whose: str) -> None:
    name = f"{drop.start.name} dropped from {DROP_HEIGHT_M} m"
    away_m = drop.end.center_m(drop.body) - rest.center_m
    if not drop.start.steady:
        height = f"{name}, where it may roll, height of the centre of mass, off {whose} by"
        findings.at_most(height, abs(float(away_m[2])), MAX_REST_DIFFERENCE_M, "m")
        return
    moved_m = float(np.linalg.norm(drop.end.origin_m - drop.settled.origin_m))
    findings.at_most(f"{name}, motion in the last {REST_WINDOW_S} s", moved_m, MAX_MOTION_M, "m")
    off = f"{name}, centre of mass at rest, off {whose} by"
    findings.at_most(off, float(np.linalg.norm(away_m)), MAX_REST_DIFFERENCE_M, "m")
    turn_deg = _angle_deg(drop.end.R_world_object.T @ rest.R_world_object)
    findings.at_most(f"{name}, orientation at rest, off {whose} by", turn_deg, MAX_TURN_DEG, "degrees")


def _angle_deg(R: NDArray[np.float64]) -> float:
    return float(np.degrees(np.arccos(np.clip((np.trace(R) - 1) / 2, -1, 1))))


def save_rests(folder: Path, rests: Mapping[str, Sequence[Rest]]) -> None:
    """Keep what MuJoCo came to, by the name of the asset, for the other engines."""
    document = {
        name: [
            {"start": asdict(rest.start), "center_m": rest.center_m.tolist(), "R": rest.R_world_object.tolist()}
            for rest in some
        ]
        for name, some in rests.items()
    }
    (folder / _REFERENCE).write_text(json.dumps(document, indent=1) + "\n")


def load_rests(folder: Path, name: str) -> list[Rest]:
    document = json.loads((folder / _REFERENCE).read_text())
    return [
        Rest(Start(**rest["start"]), np.array(rest["center_m"]), np.array(rest["R"])) for rest in document.get(name, [])
    ]
