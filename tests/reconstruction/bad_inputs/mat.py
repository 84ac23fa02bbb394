"""Photos on a capture mat, and on a turntable, that contradict themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jobs.contracts.reconstruction import ReconstructionRequest, Turntable
from jobs.reconstruction.cameras.mat import MATS
from jobs.reconstruction.cameras.mat_errors import (
    MatNotFlat,
    MatSeldomSeen,
    ObjectMovedOnMat,
    SeveralMats,
    TurntableDoesNotMatch,
    TurntableSizesDiffer,
)
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.bad_inputs.capture import capture, photo
from tests.reconstruction.conftest import Bench
from tests.reconstruction.mat_photos import Stage
from tests.reconstruction.turntable import hammer

Photos = list[NDArray[np.uint8]]
RINGS = ((6, 35.0), (4, 58.0))


def stage() -> Stage:
    return Stage(MATS["A4"], hammer(), np.array([0.75, 0.72, 0.66]), (480, 360), 560.0)


@cache
def _sound() -> tuple[NDArray[np.uint8], ...]:
    return tuple(_taken(stage()))


def _taken(scene: Stage) -> Photos:
    return [scene.photograph(camera, index)[0] for index, camera in enumerate(scene.cameras(RINGS, 0.45))]


def on_a_mat(how: Callable[[Photos], Photos]) -> Callable[[Path, Bench], ReconstructionRequest]:
    """Ten sound photos on a mat, changed."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        for index, picture in enumerate(how([part.copy() for part in _sound()])):
            Image.fromarray(picture).save(folder / f"{index:02d}.png")
        return bench.photos(folder, cameras=None)

    return make


def with_another_paper(photos: Photos) -> Photos:
    other = replace(stage(), mat=MATS["letter"])
    return [*photos[:5], *_taken(other)[5:]]


def beside_each_other(photos: Photos) -> Photos:
    return [np.hstack([picture, picture]) for picture in photos]


def mostly_hidden(photos: Photos) -> Photos:
    """The mat stays visible in four photos; the others show the table alone."""
    return [picture if index < 4 else np.full_like(picture, 140) for index, picture in enumerate(photos)]


def curled(photos: Photos) -> Photos:
    return _taken(replace(stage(), bulge_m=0.03))


def moved_on_the_mat(photos: Photos) -> Photos:
    """In half the photos the hammer lies turned by a quarter, five centimetres aside."""
    body = hammer()
    body.apply_transform([[0, -1, 0, 0.05], [1, 0, 0, -0.05], [0, 0, 1, 0], [0, 0, 0, 1]])
    moved = _taken(replace(stage(), body=body))
    return [moved[index] if index % 2 else picture for index, picture in enumerate(photos)]


def on_a_turntable(step_deg: float, photos: int = 16) -> Callable[[Path, Bench], ReconstructionRequest]:
    """The hammer's photos, which are no turntable's: two heights, another step."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        turntable = capture(folder)
        for index in range(photos, 16):
            photo(turntable, index).unlink()
        return bench.photos(folder, cameras=None, turntable=Turntable(step_deg=step_deg))

    return make


def of_two_sizes(folder: Path, bench: Bench) -> ReconstructionRequest:
    turntable = capture(folder)
    with Image.open(photo(turntable, 3)) as picture:
        smaller = picture.resize((96, 96))
    smaller.save(photo(turntable, 3))
    return bench.photos(folder, cameras=None, turntable=Turntable(step_deg=22.5))


CASES = (
    BadInputCase("mats of two papers", on_a_mat(with_another_paper), SeveralMats, ("A4", "letter", "One mat")),
    BadInputCase("two copies of a mat", on_a_mat(beside_each_other), SeveralMats, (r"00\.png", "take the others away")),
    BadInputCase("a mat in too few photos", on_a_mat(mostly_hidden), MatSeldomSeen, ("4 of 10", "a third of the mat")),
    BadInputCase("a curled mat", on_a_mat(curled), MatNotFlat, (r"\.png", "flat")),
    BadInputCase(
        "an object that moved on the mat", on_a_mat(moved_on_the_mat), ObjectMovedOnMat, ("Leave the object",)
    ),
    BadInputCase(
        "a turntable's wrong step", on_a_turntable(15.0), TurntableDoesNotMatch, ("15 degrees", "Give the true step")
    ),
    BadInputCase(
        "a turntable that hardly turned",
        on_a_turntable(5.0),
        TurntableDoesNotMatch,
        ("75 degrees only", "at least 150"),
    ),
    BadInputCase("a turntable's photos of two sizes", of_two_sizes, TurntableSizesDiffer, (r"03\.png", "camera")),
)
