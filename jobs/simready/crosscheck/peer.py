"""What another simulator must offer to be asked, and the table of those that exist."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import CrosscheckSettings
from jobs.simready.checks.reading import BodyReading

PEERS: Mapping[str, str] = {"newton": "jobs.simready.crosscheck.newton:Newton"}

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Start:
    """The pose of the object frame that an asset is let go in, over the plane z = 0; the origin in metres."""

    origin_m: tuple[float, float, float]
    orientation_xyzw: tuple[float, float, float, float]


@dataclass(frozen=True)
class SeenRest:
    """Where the base's frame was at the end: origin (3,) [m], orientation (4,) xyzw."""

    origin_m: FloatArray
    orientation_xyzw: FloatArray

    def to_world(self, points_m: FloatArray) -> FloatArray:
        """Points (n, 3) of the base [m]."""
        return Rotation.from_quat(self.orientation_xyzw).apply(points_m) + self.origin_m


@dataclass(frozen=True)
class Seen:
    """What a peer read of an asset, by the names of its prims, and where it came to rest from each start."""

    bodies: Mapping[str, BodyReading]
    rests: tuple[SeenRest, ...]

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], starts: int) -> Self:
        """Raises: ValueError, KeyError, TypeError, AttributeError: Something is missing, of the wrong shape or kind, or
        not finite."""
        bodies = {
            str(name): BodyReading(
                _finite(body["mass_kg"]), _array(body["center_of_mass_m"], 3), _array(body["inertia_kg_m2"], 3, 3)
            )
            for name, body in document["bodies"].items()
        }
        rests = tuple(SeenRest(_array(r["origin_m"], 3), _array(r["orientation_xyzw"], 4)) for r in document["rests"])
        if len(rests) != starts:
            raise ValueError(f"{len(rests)} rests of {starts} starts")
        return cls(bodies, rests)


class Peer(Protocol):
    """`body_check` and `rest_check` are the names of its checks."""

    name: str
    body_check: str
    rest_check: str

    def require_available(self) -> str:
        """Its version.

        Raises:
            SimulatorUnavailable: It is not there, or does not work.
        """
        ...

    def drop(self, usd: Path, starts: Sequence[Start], settings: CrosscheckSettings, scratch: Path) -> Seen:
        """Let an asset go in each of the poses, one after the other, over a plane.

        Raises:
            PeerFailed: It broke, hung, or wrote nothing that can be read.
        """
        ...


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is not finite")
    return number


def _array(values: Any, *shape: int) -> FloatArray:
    array = np.array(values, np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"expected {shape} finite numbers, got {array.shape}")
    return array
