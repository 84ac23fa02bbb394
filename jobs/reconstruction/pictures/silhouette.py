"""Which pixels of a photo show the object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.background import Background, to_lab
from jobs.reconstruction.pictures.candidates import Candidate, Ladder, finish, propose
from jobs.reconstruction.pictures.clutter import propose_in_clutter
from jobs.reconstruction.pictures.cues import Cues, scaled_down
from jobs.reconstruction.pictures.graph_cut import cut_around, cut_by_hint
from jobs.reconstruction.pictures.hint import BACKGROUND, OBJECT
from jobs.reconstruction.pictures.morphology import Mask, close, drop_specks, frame_of, grow, share_px, shrink
from jobs.reconstruction.pictures.outline import EMPTY, FULL, estimate_iou, estimate_iou_alone
from jobs.reconstruction.pictures.rim import trim_rim
from jobs.reconstruction.pictures.shadow import peel_shadows

TRUSTED = 0.65
"""Confidence below which a silhouette does not carve alone."""
_SIDE_PX, _DARK_SIDE_PX = 480, 800
"""Longer side of the photo that candidates are found on; among shadows details count."""
_AS_GOOD = 0.03
"""Before a dark background the lowest threshold whose estimate is this near to the best is taken: too large a
silhouette is carved by other views, too small a one carves what is there."""
_GOOD = 0.93
"""Confidence that no expensive candidate need beat."""
_BARE_LAB, _BARE_SIGMAS = 3.0, 3.0
_CLUTTERED = 0.75
"""Confidence below which no smooth colour describes the background."""
_MOVED, _WORSE = 0.05, 0.045
"""How far a graph cut may move an outline, of the shorter side; how much worse it may look."""
_FINISHED = 2
"""How many of the rough candidates are worked out."""
_HINTED_PX = 2
"""Inside the hinted background, edges may still be the object's."""
_BAY = 0.03
_NEAR = 0.05
"""Reach of what may be doubtful, of the shorter side."""
_FAINT_LAB = 2.5
_OPAQUE = 128


@dataclass(frozen=True)
class Silhouette:
    """`mask` (h, w): the object. `doubtful` (h, w): outside the mask, but not clearly background.

    `is_cut`: the mask touches the frame, so the object may go on outside. `confidence`: estimated IoU with the true
    mask, 0 to 1; 1 where the picture said so itself.
    """

    mask: Mask
    doubtful: Mask
    is_cut: bool
    confidence: float = 1.0

    @property
    def is_empty(self) -> bool:
        return bool(self.mask.mean() < EMPTY)

    @property
    def is_full(self) -> bool:
        return bool(self.mask.mean() > FULL)


def find_silhouette(
    rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, hint: NDArray[np.uint8] | None = None
) -> Silhouette:
    """Alpha where it was given; otherwise the best of several candidates, found on the scaled-down photo.

    Cheap candidates first; graph cuts only where none of them looks good, or where a hint (h, w) knows more.
    """
    if alpha is not None:
        return _silhouette(alpha >= _OPAQUE, np.zeros(alpha.shape, np.bool_))
    cues = Cues.of(scaled_down(rgb, _SIDE_PX))
    if cues.background.dark:
        cues = Cues.of(scaled_down(rgb, _DARK_SIDE_PX))
    known = None if hint is None else _resize(hint, cues.gradient.shape, cv2.INTER_NEAREST)
    if known is not None:
        cues = cues.without(shrink(known == BACKGROUND, _HINTED_PX))
        finished = _finish_best(propose(cues), cues, known)
        best, confidence = _best([_obey(one, known) for one in (*finished, _cut_by_hint(known, cues))], cues)
    elif cues.background.dark:
        every = [ladder.at(rung) for ladder in propose(cues) for rung in range(len(ladder.levels))]
        best, confidence = _best([finish(candidate, cues) for candidate in every], cues, _AS_GOOD)
    else:
        best, confidence = _find(cues)
        best = replace(best, mask=peel_shadows(best.mask, cues))
    doubtful = _find_doubtful(best.mask, cues.background)
    if known is not None:
        doubtful &= known != BACKGROUND
    mask = _enlarge(best.mask, rgb)
    return _silhouette(mask, _resize(doubtful.astype(np.uint8), mask.shape, cv2.INTER_NEAREST) > 0, confidence)


def _find(cues: Cues) -> tuple[Candidate, float]:
    finished = _finish_best(propose(cues), cues)
    best, confidence = _best(finished, cues)
    if not _stands_out(cues):
        return replace(best, mask=np.zeros(best.mask.shape, np.bool_)), 0.0
    if confidence < _CLUTTERED:
        return _best([best, *propose_in_clutter(cues, finished)], cues)
    return _recut(best, confidence, cues) if confidence < _GOOD else (best, confidence)


def _finish_best(ladders: Sequence[Ladder], cues: Cues, hint: NDArray[np.uint8] | None = None) -> list[Candidate]:
    """Those that look best while still rough, worked out. Every second rung is looked at, and those beside the best."""
    rated: dict[tuple[int, int], tuple[Candidate, float]] = {}

    def rate(number: int, rung: int) -> None:
        if 0 <= rung < len(ladders[number].levels) and (number, rung) not in rated:
            candidate = _obey(ladders[number].at(rung), hint)
            rated[number, rung] = candidate, estimate_iou(candidate.mask, cues)

    def best() -> list[tuple[int, int]]:
        return sorted(rated, key=lambda place: (-rated[place][1], place))[:_FINISHED]

    for number, ladder in enumerate(ladders):
        for rung in range(min(1, len(ladder.levels) - 1), len(ladder.levels), 2):
            rate(number, rung)
    for number, rung in best():
        rate(number, rung - 1)
        rate(number, rung + 1)
    return [finish(rated[place][0], cues) for place in best()]


def _stands_out(cues: Cues) -> bool:
    """Whether there is more than noise."""
    level = max(_BARE_LAB, _BARE_SIGMAS * cues.background.sigma)
    smooth = np.asarray(cv2.blur(cues.background.plain, (3, 3)), np.float32)
    return bool((smooth > level).mean() > EMPTY)


def _best(candidates: Iterable[Candidate], cues: Cues, as_good: float = 0.0) -> tuple[Candidate, float]:
    """The first of those that look best, or as good, and its estimated IoU."""
    rated = [(candidate, estimate_iou(candidate.mask, cues)) for candidate in candidates]
    highest = max(estimate for _, estimate in rated)
    best = next(candidate for candidate, estimate in rated if estimate >= highest - as_good)
    return best, estimate_iou_alone(best.mask, cues)


def _obey(candidate: Candidate, hint: NDArray[np.uint8] | None) -> Candidate:
    """What the hint knows is not up for discussion."""
    if hint is None:
        return candidate
    return replace(candidate, mask=(candidate.mask & (hint != BACKGROUND)) | (hint == OBJECT))


def _cut_by_hint(hint: NDArray[np.uint8], cues: Cues) -> Candidate:
    return finish(Candidate("hint", 0.0, drop_specks(cut_by_hint(cues.rgb, hint)), 1), cues)


def _recut(best: Candidate, confidence: float, cues: Cues) -> tuple[Candidate, float]:
    """The same outline, moved to where a graph cut wants it nearby, unless that looks clearly worse."""
    mask = drop_specks(cut_around(cues.rgb, best.mask, share_px(best.mask, _MOVED)))
    cut = finish(Candidate(f"{best.how}, cut again", best.level, mask, 1), cues)
    estimate = estimate_iou_alone(cut.mask, cues)
    return (cut, max(estimate, confidence)) if estimate > confidence - _WORSE else (best, confidence)


def _enlarge(mask: Mask, rgb: NDArray[np.uint8]) -> Mask:
    """To the photo's size, its rim settled there."""
    if mask.shape == rgb.shape[:2]:
        return mask
    factor = max(rgb.shape[:2]) / max(mask.shape)
    large = _resize(mask.astype(np.float32), rgb.shape[:2], cv2.INTER_LINEAR) > 0.5
    return trim_rim(large, lambda part: to_lab(rgb[part]), round(factor))


def _resize(plane: NDArray[Any], shape: tuple[int, ...], how: int) -> NDArray[Any]:
    return np.asarray(cv2.resize(plane, (shape[1], shape[0]), interpolation=how))


def _silhouette(mask: Mask, doubtful: Mask, confidence: float = 1.0) -> Silhouette:
    return Silhouette(mask, doubtful, bool(frame_of(mask).any()), confidence)


def _find_doubtful(mask: Mask, background: Background) -> Mask:
    """What stands out a little near the mask: a part in shadow, or cloth; on a dark background also its narrow bays."""
    doubtful = drop_specks(background.distance > max(_FAINT_LAB, 4 * background.sigma))
    doubtful &= grow(mask, share_px(mask, _NEAR))
    if background.dark:
        doubtful |= close(mask, share_px(mask, _BAY))
    return doubtful & ~mask
