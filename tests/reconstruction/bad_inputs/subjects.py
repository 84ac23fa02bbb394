"""Sound photos and cameras, of something that cannot be reconstructed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.reconstruction.errors import CamerasDoNotMatch, EmptySilhouette, FullSilhouette, TooFewViews
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.bad_inputs.capture import capture, photo, repaint
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import GREY, SIDE_PX

Make = Callable[[Path, Bench], ReconstructionRequest]
Paint = Callable[[Image.Image], Image.Image]
ALL = range(16)


def painted(how: Paint, which: range = range(6, 7)) -> Make:
    """Some photos repainted."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        turntable = capture(folder)
        for index in which:
            repaint(turntable, index, how)
        return bench.photos(folder)

    return make


def with_alpha(value: int) -> Paint:
    """Alpha of one value everywhere but in a corner."""

    def change(picture: Image.Image) -> Image.Image:
        alpha = Image.new("L", picture.size, value)
        alpha.putpixel((0, 0), 0)
        picture.putalpha(alpha)
        return picture

    return change


def one_colour(picture: Image.Image) -> Image.Image:
    return Image.new("RGB", picture.size, GREY)


def another(picture: Image.Image) -> Image.Image:
    """A photo of something else: a small blue disc in a corner."""
    drawn = one_colour(picture)
    ImageDraw.Draw(drawn).ellipse((8, 8, 40, 40), fill=(30, 60, 160))
    return drawn


def speckled(picture: Image.Image) -> Image.Image:
    """Nothing but noise."""
    noise = np.random.default_rng(2).integers(0, 256, (*picture.size, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def cut(folder: Path, bench: Bench) -> ReconstructionRequest:
    """Nine of sixteen photos show half of the object."""
    turntable = capture(folder)
    frames, width = turntable.frames(), SIDE_PX // 2 + 4
    for index in range(9):
        repaint(turntable, index, lambda picture: picture.crop((0, 0, width, SIDE_PX)))
        frames[index]["w"] = width
    turntable.write_transforms(frames)
    return bench.photos(folder)


def copied(folder: Path, bench: Bench) -> ReconstructionRequest:
    """Four photos, each there four times under other names."""
    turntable = capture(folder)
    frames = turntable.frames()
    for index in range(4, 16):
        shutil.copy(photo(turntable, index % 4), photo(turntable, index))
        frames[index]["transform_matrix"] = frames[index % 4]["transform_matrix"]
    turntable.write_transforms(frames)
    return bench.photos(folder)


def mixed(folder: Path, bench: Bench) -> ReconstructionRequest:
    """Every other photo shows something else."""
    return painted(another, range(0, 16, 2))(folder, bench)


CASES = (
    BadInputCase("a photo without the object", painted(one_colour), EmptySilhouette, (r"06\.png", "plain background")),
    BadInputCase("no object in any photo", painted(one_colour, ALL), EmptySilhouette, (r"00\.png", "and 8 more")),
    BadInputCase("alpha that is empty", painted(with_alpha(0)), EmptySilhouette, (r"06\.png", "PNG files with alpha")),
    BadInputCase("an object that fills the photo", painted(with_alpha(255)), FullSilhouette, (r"06\.png", "Step back")),
    BadInputCase(
        "an object that the frame cuts in most views",
        cut,
        TooFewViews,
        (r"7 usable photos, at least 8 .*images/00\.png.*and 1 more", "with some margin"),
    ),
    BadInputCase("four photos, each four times", copied, TooFewViews, ("4 usable photos", "Add photos from all sides")),
    BadInputCase("two objects, in turns", mixed, CamerasDoNotMatch, ("contradict|no point in common",)),
    BadInputCase("nothing but noise", painted(speckled, ALL), EmptySilhouette, (r"00\.png", "plain background")),
)
