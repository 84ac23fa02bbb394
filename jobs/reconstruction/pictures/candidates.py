"""Several guesses at the object's mask, each good where another fails."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.cues import Cues
from jobs.reconstruction.pictures.holes import open_holes
from jobs.reconstruction.pictures.morphology import (
    Mask,
    close,
    drop_specks,
    fill,
    from_outside,
    largest_parts,
    share_px,
    shrink,
)
from jobs.reconstruction.pictures.rim import trim_rim

_NOISE = 4.0
"""Deviations of the background below which nothing is told from it."""
_DISCOUNTED_LAB = (3.0, 4.0, 5.0, 7.0, 9.0, 12.0, 16.0, 22.0)
_LEAST_IN_DARK_LAB = 5.0
_PLAIN_LAB = (3.0, 5.0, 9.0, 16.0, 30.0)
_EDGES_LAB = (1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
_UNEVEN_LAB, _TEXTURED_LAB = 3.0, 4.5
"""Deviation of a background above which too much looks like it for a hole to be told, and above which its own edges
hold up a flood."""
_CLOSING = 0.012
"""Radius of gaps that a shadow on a dark background may cut into the outline, of the shorter side."""


@dataclass(frozen=True)
class Candidate:
    """`how` it was found, at which `level` [CIE Lab]. `rounds`: pixels by which it may be too large all around."""

    how: str
    level: float
    mask: Mask
    rounds: int = 0


@dataclass(frozen=True)
class Ladder:
    """Candidates of one kind: what a flood from the frame leaves dry where `barrier` (h, w) [CIE Lab] holds it up, at
    each of the `levels`, lowest first. `reach`: pixels by which it is shrunk, for a blurred edge begins outside the
    object. `rounds`: as in `Candidate`."""

    how: str
    barrier: NDArray[np.float32]
    levels: tuple[float, ...]
    rounds: int
    reach: int = 0

    def at(self, rung: int) -> Candidate:
        level = self.levels[rung]
        mask = largest_parts(drop_specks(~from_outside(self.barrier <= level)))
        return Candidate(self.how, level, shrink(mask, self.reach) if self.reach else mask, self.rounds)


def propose(cues: Cues) -> list[Ladder]:
    """Cheap and rough ones: thresholds on the difference to the background, and floods that edges hold up."""
    background = cues.background
    floor = max(_NOISE * background.sigma, _LEAST_IN_DARK_LAB if background.dark else 0.0)
    ladders = [Ladder("discounted", background.distance, _above(floor, _DISCOUNTED_LAB), 1)]
    if background.dark:
        return ladders  # plain is the same there, and edges within shadows lead astray
    ladders.append(Ladder("plain", background.plain, _above(floor, _PLAIN_LAB), 1))
    if background.sigma < _TEXTURED_LAB:
        ladders.append(Ladder("edges", cues.gradient, _EDGES_LAB, 2, 1))
    return ladders


def _above(floor: float, levels: tuple[float, ...]) -> tuple[float, ...]:
    """The noise decides where the lowest level is."""
    return tuple(dict.fromkeys(max(level, floor) for level in levels))


def finish(candidate: Candidate, cues: Cues) -> Candidate:
    """Filled but for the holes that show the background, and its rim trimmed.

    On a dark background a deep shadow looks like background: bridge narrow gaps, fill all that is enclosed.
    """
    mask, dark = candidate.mask, cues.background.dark
    if dark:
        mask |= close(mask, share_px(mask, _CLOSING))
    mask = trim_rim(fill(mask), lambda part: cues.lab[part], candidate.rounds)
    if not dark and cues.background.sigma < _UNEVEN_LAB:
        mask = open_holes(mask, cues)
    return replace(candidate, mask=mask, rounds=0)
