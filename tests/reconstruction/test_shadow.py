"""A contact shadow belongs to the table; a grey part of the object does not."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.cues import Cues
from jobs.reconstruction.pictures.shadow import peel_shadows

SIDE_PX = 256
TABLE, RED = np.array([205.0, 206.0, 204.0]), np.array([170.0, 50.0, 40.0])


def block_on_a_table(
    below: float, softness_px: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]:
    """A red block, and under it a spot of the table's hue, `below` times as light, whose edge is so soft."""
    block, spot = np.zeros((SIDE_PX, SIDE_PX)), np.zeros((SIDE_PX, SIDE_PX))
    block[80:160, 90:170] = 1
    spot[150:185, 80:180] = 1
    edge = cv2.GaussianBlur(spot, (0, 0), softness_px)
    table = TABLE * (1 - (1 - below) * edge)[..., None]
    sharp = cv2.GaussianBlur(block, (0, 0), 0.7)[..., None]
    noise = np.random.default_rng(0).normal(0, 1.5, (SIDE_PX, SIDE_PX, 3))
    rgb = np.rint(np.clip(table * (1 - sharp) + RED * sharp + noise, 0, 255)).astype(np.uint8)
    return rgb, block > 0, (edge > 0.35) & (block == 0)


def test_a_soft_dark_spot_is_peeled_off() -> None:
    rgb, block, spot = block_on_a_table(below=0.6, softness_px=7)
    peeled = peel_shadows(block | spot, Cues.of(rgb))
    assert np.count_nonzero(peeled ^ block) < 0.03 * block.sum()


def test_a_grey_foot_with_a_sharp_edge_stays() -> None:
    rgb, block, spot = block_on_a_table(below=0.6, softness_px=0.7)
    peeled = peel_shadows(block | spot, Cues.of(rgb))
    assert np.count_nonzero(spot & ~peeled) < 0.03 * spot.sum()


def test_what_has_no_shadow_is_left_as_it_is() -> None:
    rgb, block, _ = block_on_a_table(below=1.0, softness_px=7)
    assert np.count_nonzero(peel_shadows(block, Cues.of(rgb)) ^ block) < 0.005 * block.sum()
