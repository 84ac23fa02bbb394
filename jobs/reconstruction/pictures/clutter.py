"""Objects before a background that no smooth colour describes: graph cuts from what is likely by place and colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.candidates import Candidate, finish
from jobs.reconstruction.pictures.cues import Cues
from jobs.reconstruction.pictures.graph_cut import cut
from jobs.reconstruction.pictures.morphology import Mask, drop_specks, frame_of

_MARGINS = (0.06, 0.16)
_LIKELY = 0.4
_INNER, _OUTER = 0.33, 0.48
"""Half axes, of the photo's sides, of the ellipse that is mostly object and of the one beyond which is mostly not."""
_SPREAD = 0.38
_STEPS = (12.75, 8.0, 8.0)
"""Of the histogram: lightness [CIE Lab], a, b."""
_CRUMBS = 0.1
"""Of the middle part's area, that what lies inside the frame beside it may have: more is the object in pieces."""
_CENTRAL, _REACH = 0.1, 0.25


def propose_in_clutter(cues: Cues, plain: Iterable[Candidate]) -> Iterator[Candidate]:
    """The middle of the `plain` candidates; and, expensive ones, what differs from a frame around, and whose colours
    are more frequent in the middle."""
    for candidate in plain:
        middle = _central(candidate.mask)
        crumbs = _off_frame(candidate.mask & ~middle)
        if np.count_nonzero(crumbs) < _CRUMBS * np.count_nonzero(middle):
            yield replace(candidate, mask=middle)
    for margin in _MARGINS:
        yield _cut(f"within {margin:.0%}", _framed(cues.rgb.shape[:2], margin), cues)
    yield _cut("colours of the middle", _by_colour(cues), cues)


def _off_frame(mask: Mask) -> Mask:
    """The parts that lie wholly inside the frame."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return mask & ~np.isin(labels, np.unique(frame_of(labels)))


def _cut(how: str, labels: NDArray[np.uint8], cues: Cues) -> Candidate:
    return finish(Candidate(how, 0.0, _central(drop_specks(cut(cues.rgb, labels))), 1), cues)


def _framed(shape: tuple[int, ...], margin: float) -> NDArray[np.uint8]:
    labels = np.full(shape, cv2.GC_BGD, np.uint8)
    rows, columns = (round(margin * side) for side in shape)
    labels[rows:-rows, columns:-columns] = cv2.GC_PR_FGD
    return labels


def _by_colour(cues: Cues) -> NDArray[np.uint8]:
    """Object where a pixel's colour is more frequent in the middle than around it, and it lies near the middle."""
    shape = cues.rgb.shape[:2]
    steps = np.floor((cues.lab + np.array([0, 128, 128], np.float32)) / np.array(_STEPS, np.float32)).astype(np.int64)
    bins = (steps[..., 0] * 64 + steps[..., 1]) * 64 + steps[..., 2]
    inside, outside = _radius(shape, _INNER) < 1, _radius(shape, _OUTER) > 1
    size = int(bins.max()) + 1
    within = np.bincount(bins[inside], minlength=size) / np.count_nonzero(inside)
    around = np.bincount(bins[outside], minlength=size) / np.count_nonzero(outside)
    share = (within / (within + around + 1e-9))[bins].astype(np.float32)
    likely = cv2.GaussianBlur(share, (0, 0), 2) * np.exp(-(_radius(shape, _SPREAD) ** 2) / 2)
    labels = np.where(likely > _LIKELY, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[_radius(shape, 0.5) > 1] = cv2.GC_BGD
    return labels


def _radius(shape: tuple[int, ...], axis: float) -> NDArray[np.float32]:
    """Distance from the middle, 1 on an ellipse with half axes of this share of the sides."""
    y, x = (np.linspace(-0.5, 0.5, side, dtype=np.float32) / axis for side in shape)
    return np.hypot(y[:, None], x[None])


def _central(mask: Mask) -> Mask:
    """The part that weighs most in the middle of the photo, and those that weigh nearly as much."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    if count < 3:
        return mask
    weight = np.exp(-(_radius(mask.shape, _REACH) ** 2))
    weights = np.bincount(labels.reshape(-1), weights=weight.reshape(-1), minlength=count)
    weights[0] = 0
    return (weights >= _CENTRAL * weights.max())[labels]
