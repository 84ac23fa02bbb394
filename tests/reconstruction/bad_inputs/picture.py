"""Single pictures that do not even allow a guess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.reconstruction.errors import (
    EmptySilhouette,
    FullSilhouette,
    MislabelledImage,
    NoProviderTakes,
    PictureTooLarge,
    UnreadableImage,
)
from jobs.reconstruction.single_view.errors import DoubtfulSilhouette, ObjectCut, SeveralObjects
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.conftest import Bench
from tests.reconstruction.one_picture import PAPER, SIDE_PX, bar, cut_out, disc, guess_request, photograph, request_for

Make = Callable[[Path, Bench], ReconstructionRequest]


def drawn(picture: Image.Image) -> Make:
    return lambda folder, bench: guess_request(bench, folder, picture)


def spoilt(how: Callable[[bytes], bytes], name: str = "thing.png") -> Make:
    """The file of a sound picture, changed on disk."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        guess_request(bench, folder, cut_out(disc(90)))
        changed = how((folder / "thing.png").read_bytes())
        (folder / "thing.png").unlink()
        (folder / name).write_bytes(changed)
        return request_for(bench, folder / name)

    return make


def blotches() -> Image.Image:
    """Something grey on a soft background of about the same lightness."""
    coarse = np.random.default_rng(11).integers(0, 256, (4, 4, 3), np.uint8)
    soft = np.asarray(Image.fromarray(coarse).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)) // 3 + 80
    soft[disc(80)] = (120, 110, 100)
    return Image.fromarray(soft.astype(np.uint8))


def asked_of_visual_hull(folder: Path, bench: Bench) -> ReconstructionRequest:
    return guess_request(bench, folder, cut_out(disc(90)), providers=("visual_hull",))


CASES = (
    BadInputCase(
        "one picture: nothing but paper",
        drawn(Image.new("RGB", (SIDE_PX, SIDE_PX), PAPER)),
        EmptySilhouette,
        (r"thing\.png", "plain background"),
    ),
    BadInputCase(
        "one picture: alpha that is empty",
        drawn(Image.new("RGBA", (SIDE_PX, SIDE_PX))),
        EmptySilhouette,
        (r"thing\.png", "alpha"),
    ),
    BadInputCase(
        "one picture: the object fills it",
        drawn(cut_out(bar(SIDE_PX / 2 - 1, SIDE_PX / 2 - 1))),
        FullSilhouette,
        (r"thing\.png", "Step back"),
    ),
    BadInputCase(
        "one picture: cut by the frame",
        drawn(photograph(disc(80, across=110))),
        ObjectCut,
        (r"thing\.png", "margin all around"),
    ),
    BadInputCase(
        "one picture: cut out so that it is cut by the frame",
        drawn(cut_out(disc(80, up=-100))),
        ObjectCut,
        (r"thing\.png", "margin all around"),
    ),
    BadInputCase(
        "one picture: two objects",
        drawn(photograph(disc(50, across=-75) | bar(40, 40, across=80))),
        SeveralObjects,
        (r"thing\.png", "2 separate objects", "Crop"),
    ),
    BadInputCase(
        "one picture: no object can be told from its background",
        drawn(blotches()),
        DoubtfulSilhouette,
        (r"thing\.png", "confidence", "plain background"),
    ),
    BadInputCase(
        "one picture: truncated",
        spoilt(lambda data: data[: len(data) // 2]),
        UnreadableImage,
        (r"thing\.png", "copy it again"),
    ),
    BadInputCase(
        "one picture: of another kind than its name says",
        spoilt(lambda data: data, "thing.jpg"),
        MislabelledImage,
        (r"thing\.jpg", "PNG", "rename"),
    ),
    BadInputCase(
        "one picture: an archive",
        spoilt(lambda data: b"PK\x03\x04" + data),
        MislabelledImage,
        (r"thing\.png", "rename or convert"),
    ),
    BadInputCase(
        "one picture: a decompression bomb",
        drawn(Image.new("1", (9_000, 9_000))),
        PictureTooLarge,
        (r"thing\.png", "81,000,000 pixels"),
    ),
    BadInputCase(
        "one picture: asked of a provider that needs many",
        asked_of_visual_hull,
        NoProviderTakes,
        ("visual_hull", "'picture'"),
    ),
)
