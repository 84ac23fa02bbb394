"""Objects cut out by hand, put before four backgrounds and cut out again by us: IoU per picture and background.

    make bench-backgrounds [SAVE=1]

Each composite is made as a camera would: soft contact shadow, blur of a lens, noise, JPEG. Goal: mean IoU over the
pictures at least `GOAL` on each plain background and `GOAL_CLUTTER` among clutter. The truth is a picture's alpha, or,
where it was flattened on one grey, what differs from that grey.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.figures import Row, print_table, save
from jobs.reconstruction.pictures.silhouette import find_silhouette

REALDATA = Path(os.environ.get("SIMFOUNDRY_REALDATA", Path(__file__).resolve().parents[2] / "shared" / "realdata"))
GOAL, GOAL_CLUTTER = 0.95, 0.85
SIDE_PX = 640
SHARE = 0.66
"""Of the frame's side that the longer side of the object fills."""
NOISE = 2.0
JPEG_QUALITY = 90
_FLAT_PX = 30
Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Cutout:
    """`rgb` (h, w, 3), `alpha` (h, w) in 0..1, cropped to the object."""

    name: str
    rgb: Plane
    alpha: Plane

    def scaled(self, longest_px: int) -> Cutout:
        factor = longest_px / max(self.alpha.shape)
        size = (max(1, round(self.alpha.shape[1] * factor)), max(1, round(self.alpha.shape[0] * factor)))
        mixed = cv2.resize(self.rgb * self.alpha[..., None], size, interpolation=cv2.INTER_AREA)
        alpha = np.asarray(cv2.resize(self.alpha, size, interpolation=cv2.INTER_AREA), np.float32)
        return Cutout(self.name, np.asarray(mixed / np.maximum(alpha, 1e-3)[..., None], np.float32), alpha)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backgrounds", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/backgrounds.json")
    options = parser.parse_args()
    rows = measure(load_cutouts())
    print_table(rows)
    summary = summarise(rows)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("backgrounds", rows, summary, ("numpy", "opencv-python-headless", "pillow")))
    return 0 if summary["goal_met"] else 1


def load_cutouts(realdata: Path = REALDATA) -> list[Cutout]:
    """Raises: FileNotFoundError: The real data is not on this machine."""
    files = sorted(realdata.glob("single_rgba/*.png"))
    if not files:
        raise FileNotFoundError(f"no cut-out pictures in {realdata}; set SIMFOUNDRY_REALDATA")
    return [load_cutout(file) for file in files]


def load_cutout(file: Path) -> Cutout:
    """With the picture's own alpha, or the one that its flat grey tells."""
    with Image.open(file) as picture:
        pixels = np.asarray(picture, np.float32)
    rgb, alpha = (pixels[..., :3], pixels[..., 3] / 255) if pixels.shape[2] == 4 else _key_out(pixels)
    rows, columns = np.flatnonzero((alpha > 0.1).any(axis=1)), np.flatnonzero((alpha > 0.1).any(axis=0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return Cutout(file.stem, rgb[window], alpha[window].astype(np.float32))


def measure(cutouts: Sequence[Cutout]) -> list[Row]:
    """One row per picture and background."""
    rows = []
    for name, background in BACKGROUNDS.items():
        for index, cutout in enumerate(cutouts):
            picture, truth = background(cutout, [*cutouts[index + 1 :], *cutouts[:index]], index)
            started = time.process_time()
            found = find_silhouette(picture, None)
            seconds = time.process_time() - started
            row: Row = {"background": name, "picture": cutout.name, "IoU": overlap(found.mask, truth)}
            rows.append(row | {"confidence": found.confidence, "CPU s": seconds})
    return rows


def summarise(rows: Sequence[Row]) -> Row:
    means = {name: float(np.mean([r["IoU"] for r in rows if r["background"] == name])) for name in BACKGROUNDS}
    met = all(mean >= (GOAL_CLUTTER if name == "clutter" else GOAL) for name, mean in means.items())
    return {"mean_iou": means, "goal": GOAL, "goal_clutter": GOAL_CLUTTER, "goal_met": met}


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(one & other) / np.count_nonzero(one | other))


def on_white(cutout: Cutout, others: Sequence[Cutout], seed: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    return _photograph(np.full((SIDE_PX, SIDE_PX, 3), 255, np.float32), cutout, 0.0, seed)


def on_gradient_with_shadow(
    cutout: Cutout, others: Sequence[Cutout], seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """From light above to darker below, as a sheet of paper bent under a lamp, with a soft shadow on the ground."""
    down = np.linspace(0, 1, SIDE_PX, dtype=np.float32)[:, None, None]
    sheet = (1 - down) * np.array([236, 236, 232], np.float32) + down * np.array([172, 168, 160], np.float32)
    return _photograph(np.broadcast_to(sheet, (SIDE_PX, SIDE_PX, 3)), cutout, 0.5, seed)


def on_vignette(cutout: Cutout, others: Sequence[Cutout], seed: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A blue-grey wall that darkens by half towards the corners."""
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX].astype(np.float32) / SIDE_PX - 0.5
    falloff = 1 - (x**2 + y**2)
    return _photograph(falloff[..., None] * np.array([150, 164, 178], np.float32), cutout, 0.25, seed)


def on_clutter(cutout: Cutout, others: Sequence[Cutout], seed: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A wooden table with cards and other objects around, slightly out of focus; the object is dominant in front."""
    random = np.random.default_rng(seed)
    table = _wood(random)
    for corner in range(4):
        _lay_card(table, corner, random)
    for place, other in enumerate(others[:4]):
        angle = 2 * np.pi * (place + random.uniform(0.1, 0.4)) / 4
        middle = SIDE_PX * (0.5 + 0.47 * np.array([np.cos(angle), np.sin(angle)]))
        _paste(table, other.scaled(round(0.26 * SIDE_PX)), middle)
    return _photograph(np.asarray(cv2.GaussianBlur(table, (0, 0), 1.5), np.float32), cutout, 0.4, seed)


Background = Callable[[Cutout, Sequence[Cutout], int], tuple[NDArray[np.uint8], NDArray[np.bool_]]]
BACKGROUNDS: Mapping[str, Background] = {
    "white": on_white,
    "gradient": on_gradient_with_shadow,
    "vignette": on_vignette,
    "clutter": on_clutter,
}


def _photograph(
    background: NDArray[np.floating], cutout: Cutout, shadow: float, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The object in the middle of the background, its shadow, the lens, the sensor and the file; and its true mask."""
    subject = cutout.scaled(round(SHARE * SIDE_PX))
    alpha = np.zeros((SIDE_PX, SIDE_PX, 3), np.float32)
    _paste(alpha, Cutout("", np.ones_like(subject.rgb), subject.alpha), np.full(2, SIDE_PX / 2))
    scene = np.asarray(background * (1 - shadow * _shadow(alpha[..., 0]))[..., None], np.float32)
    _paste(scene, subject, np.full(2, SIDE_PX / 2))
    scene = cv2.GaussianBlur(scene, (0, 0), 0.6)
    scene = scene + np.random.default_rng(1000 + seed).normal(0, NOISE, scene.shape)
    with io.BytesIO() as file:
        Image.fromarray(np.clip(np.rint(scene), 0, 255).astype(np.uint8)).save(file, "JPEG", quality=JPEG_QUALITY)
        with Image.open(file) as picture:
            return np.array(picture), alpha[..., 0] >= 0.5


def _shadow(alpha: Plane) -> Plane:
    """(h, w), 0 to 1: a soft ellipse where the object stands, and a weaker one cast to the side."""
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    width, foot = columns[-1] - columns[0], rows[-1]
    y, x = np.mgrid[: alpha.shape[0], : alpha.shape[1]].astype(np.float32)
    u, v = x - (columns[0] + columns[-1]) / 2, y - foot
    contact = np.exp(-((u / (0.5 * width)) ** 2) - (v / (0.09 * width)) ** 2)
    cast = 0.6 * np.exp(-(((u - 0.35 * width) / (0.6 * width)) ** 2) - (v / (0.16 * width)) ** 2)
    return np.maximum(contact, cast).astype(np.float32)


def _paste(scene: Plane, cutout: Cutout, middle: NDArray[np.floating]) -> None:
    """Blend into the scene; what lies beyond the frame is cut off."""
    height, width = cutout.alpha.shape
    left, top = (round(float(m - size / 2)) for m, size in zip(middle, (width, height), strict=True))
    rows, columns = slice(max(top, 0), min(top + height, SIDE_PX)), slice(max(left, 0), min(left + width, SIDE_PX))
    part = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    alpha = cutout.alpha[part][..., None]
    scene[rows, columns] = scene[rows, columns] * (1 - alpha) + cutout.rgb[part] * alpha


def _wood(random: np.random.Generator) -> Plane:
    """Stripes of several widths that waver along the grain."""
    grain = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    for across, along, weight in ((6, 60, 8), (20, 160, 12), (2, 40, 5)):
        noise = random.normal(0, 1, (SIDE_PX, SIDE_PX)).astype(np.float32)
        smooth = cv2.GaussianBlur(noise, (0, 0), sigmaX=along, sigmaY=across)
        grain += np.asarray(weight * smooth / smooth.std(), np.float32)
    return (np.array([158, 120, 84], np.float32) + grain[..., None] * np.array([1, 0.9, 0.7], np.float32)).astype(
        np.float32
    )


def _lay_card(scene: Plane, corner: int, random: np.random.Generator) -> None:
    """A printed card, turned anyhow, near a corner of the frame."""
    middle = SIDE_PX * np.array([0.12 + 0.76 * (corner % 2), 0.12 + 0.76 * (corner // 2)])
    size = SIDE_PX * random.uniform([0.14, 0.2], [0.2, 0.3])
    box = cv2.boxPoints((tuple(middle.tolist()), tuple(size.tolist()), float(random.uniform(0, 90))))
    mask = np.zeros(scene.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(box).astype(np.int32)], 1)
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX]
    lines = 60 * ((np.sin(x * random.uniform(0.1, 0.5)) * np.sin(y * random.uniform(0.1, 0.5))) > 0)
    printed = random.uniform(40, 215, 3) - lines[..., None] * random.uniform(0.2, 1, 3)
    scene[mask > 0] = np.clip(printed, 0, 255)[mask > 0]


def _key_out(rgb: Plane) -> tuple[Plane, Plane]:
    """Colours and alpha of an object that was flattened on one grey: connected pixels of exactly that grey are not it.

    The outermost pixel is a mix of both, so it is given up, and its colour taken from within.
    """
    flat = (rgb == rgb[0, 0]).all(axis=2).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(flat, connectivity=4)
    solid = np.isin(labels, np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < _FLAT_PX)) | (flat == 0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8))
    areas = stats[1:count, cv2.CC_STAT_AREA]
    solid = np.isin(labels, 1 + np.flatnonzero(areas >= 0.01 * areas.max())).astype(np.uint8)
    inner = cv2.erode(solid, np.ones((3, 3), np.uint8))
    core = cv2.erode(inner, np.ones((5, 5), np.uint8))
    filled = cv2.dilate(np.where(core[..., None] > 0, rgb, 0), np.ones((9, 9), np.uint8))
    colours = np.where(core[..., None] > 0, rgb, filled)
    return np.asarray(colours, np.float32), np.asarray(
        cv2.GaussianBlur(inner.astype(np.float32), (3, 3), 0), np.float32
    )


if __name__ == "__main__":
    sys.exit(main())
