"""The plane sweep on a CPU, by OpenCV's resampling and box filters."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.morphology import around
from jobs.reconstruction.stereo.kernel import DepthMap, Plane, SweepTask

_LEAST_VARIANCE = np.float32(1e-7)
_WORST = np.float32(-1.0)
_REMAP_ROW = 512
_STEPS_A_STRETCH = 12


@dataclass(frozen=True)
class OpenCvKernel:
    """See `SweepKernel`. It computes in the calling thread as far as OpenCV is told to.

    All sources of a depth are worked on at once: few calls on large arrays let other threads run.
    Every few depths what is worked on shrinks to the pixels that have depths left to try.
    """

    def sweep(self, task: SweepTask) -> DepthMap:
        last = np.where(task.mask, (task.far - task.near) / np.float32(task.step), -np.inf)
        reference = _Reference.of(task)
        scores = np.full((task.steps, *task.grey.shape), _WORST, np.float32)
        for first in range(0, task.steps, _STEPS_A_STRETCH):
            tried = last >= first - 1
            if tried.any():
                stretch = range(first, min(first + _STEPS_A_STRETCH, task.steps))
                _score(scores, stretch, task, reference, around(tried, task.window // 2))
        return _choose(scores, task, reference.is_textured)


@dataclass(frozen=True)
class _Reference:
    """What the windows of the reference hold, (h, w) each: the `share` that counts, their `mean` and
    `inverse_deviation`, and whether there is texture; computed once a task."""

    share: Plane
    mean: Plane
    inverse_deviation: Plane
    is_textured: NDArray[np.bool_]

    @classmethod
    def of(cls, task: SweepTask) -> _Reference:
        def blur(plane: Plane) -> Plane:
            size = (task.window, task.window)
            return np.asarray(cv2.blur(plane, size, borderType=cv2.BORDER_CONSTANT), np.float32)

        mask = task.mask.astype(np.float32)
        share = 1 / np.maximum(blur(mask), np.float32(1e-6))
        masked = task.grey * mask
        mean = blur(masked) * share
        variance = blur(masked * task.grey) * share - mean * mean
        deviation = np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
        inverse = np.asarray(1 / deviation, np.float32)
        return cls(
            np.asarray(share, np.float32),
            np.asarray(mean, np.float32),
            inverse,
            task.mask & (variance > task.least_contrast**2),
        )


def _score(scores: Plane, stretch: range, task: SweepTask, reference: _Reference, part: tuple[slice, slice]) -> None:
    """Fill in the scores of a stretch of steps within a part of the picture."""
    near, far = task.near[part], task.far[part]
    window, warps = _Window(task, reference, part), _Warps(task, part)
    for step in stretch:
        target = scores[step][part]
        _put_mean_of_best(target, window.correlate(warps.at(step)), task.best)
        target[near + np.float32(step * task.step) > far] = _WORST


class _Window:
    """Matches what was warped with a part of the reference. Stacks (h, w, n) hold a channel for each source: OpenCV
    filters four channels at once in twice the time of one."""

    def __init__(self, task: SweepTask, reference: _Reference, part: tuple[slice, slice]) -> None:
        self._side = task.window
        self._grey, self._share, self._mean, self._inverse_deviation = (
            np.repeat(plane[part][..., None], len(task.sources), axis=2)
            for plane in (task.grey, reference.share, reference.mean, reference.inverse_deviation)
        )
        self._product, self._average, self._cross, self._variance = (np.empty_like(self._grey) for _ in range(4))

    def correlate(self, others: Plane) -> Plane:
        """Zero-mean normalised cross-correlation (h, w, n) with a stack, 0 where the mask is not; overwritten by the
        next."""
        product, mean, cross, variance = self._product, self._average, self._cross, self._variance
        self._blur(others, mean)
        self._blur(np.multiply(others, self._grey, out=product), cross)
        self._blur(np.multiply(others, others, out=product), variance)
        mean *= self._share
        cross *= self._share
        cross -= np.multiply(mean, self._mean, out=product)
        variance *= self._share
        variance -= np.multiply(mean, mean, out=product)
        np.maximum(variance, _LEAST_VARIANCE, out=variance)
        np.sqrt(variance, out=variance)
        cross *= self._inverse_deviation
        cross /= variance
        return cross

    def _blur(self, planes: Plane, into: Plane) -> None:
        """Mean of the window."""
        cv2.blur(planes, (self._side, self._side), into, borderType=cv2.BORDER_CONSTANT)


class _Warps:
    """The sources resampled to a part of the reference, depth by depth; only where the mask is.

    Where the pixels of the mask lie in each source is `start + step * stride` (3, n, rows, `_REMAP_ROW`), homogeneous;
    OpenCV wants its coordinates as pictures.
    """

    def __init__(self, task: SweepTask, part: tuple[slice, slice]) -> None:
        mask = task.mask[part]
        rows, columns = np.nonzero(mask)
        self._sources, self._count = task.sources, len(rows)
        self._stack = np.zeros((*mask.shape, len(task.sources)), np.float32)
        self._index = np.flatnonzero(mask) * len(task.sources) + np.arange(len(task.sources))[:, None]
        y, x = (rows + (part[0].start or 0)).astype(np.float32), (columns + (part[1].start or 0)).astype(np.float32)
        near = task.near[part][rows, columns]
        shape = (3, len(task.sources), -(-self._count // _REMAP_ROW), _REMAP_ROW)
        self._start, self._stride = np.ones(shape, np.float32), np.zeros(shape, np.float32)
        for axis in range(3):
            for number, source in enumerate(task.sources):
                ray = (source.M[axis, 0] * x + source.M[axis, 1] * y + source.M[axis, 2]).astype(np.float32)
                start, stride = (plane[axis, number].reshape(-1) for plane in (self._start, self._stride))
                start[: self._count] = near * ray + np.float32(source.b[axis])
                stride[: self._count] = ray * np.float32(task.step)
        self._place, self._values = np.empty_like(self._start), np.empty(shape[1:], np.float32)

    def at(self, step: int) -> Plane:
        """A stack, 0 where the mask is not; overwritten by the next."""
        place = np.multiply(self._stride, np.float32(step), out=self._place)
        place += self._start
        x, y, depth = place
        np.divide(x, depth, out=x)
        np.divide(y, depth, out=y)
        for number, source in enumerate(self._sources):
            cv2.remap(
                source.grey,
                x[number],
                y[number],
                cv2.INTER_LINEAR,
                self._values[number],
                borderMode=cv2.BORDER_CONSTANT,
            )
        values = self._values.reshape(len(self._sources), -1)
        self._stack.reshape(-1)[self._index] = values[:, : self._count]
        return self._stack


def _put_mean_of_best(target: Plane, correlations: Plane, best: int) -> None:
    """Mean of the `best` highest at each pixel, or of all if they are fewer, over (h, w, n)."""
    ranked: list[Plane] = []
    for worse in (np.asarray(plane, np.float32) for plane in cv2.split(correlations)):
        for rank, one in enumerate(ranked):
            better = np.maximum(one, worse)
            np.minimum(one, worse, out=worse)
            ranked[rank] = better
        if len(ranked) < best:
            ranked.append(worse)
    target[:] = ranked[0]
    for one in ranked[1:]:
        target += one
    target /= np.float32(len(ranked))


def _choose(scores: Plane, task: SweepTask, textured: NDArray[np.bool_]) -> DepthMap:
    """The depth of the highest score, between steps where both neighbours are known."""
    pixel = np.arange(task.grey.size).reshape(task.grey.shape)

    def score(step: NDArray[np.intp]) -> Plane:
        return np.take(scores, step * task.grey.size + pixel)

    highest = scores.argmax(axis=0)
    middle = np.clip(highest, 1, task.steps - 2)
    before, here, after = (score(middle + shift) for shift in (-1, 0, 1))
    curvature = before - 2 * here + after
    peaked = (highest == middle) & (curvature < -1e-6)
    between = np.where(peaked, 0.5 * (before - after) / np.where(peaked, curvature, 1), 0)
    depth = task.near + np.float32(task.step) * (highest + np.clip(between, -0.5, 0.5).astype(np.float32))
    confidence = np.where(textured, score(highest), 0)
    found = confidence > 0
    return DepthMap(np.where(found, depth, 0).astype(np.float32), np.where(found, confidence, 0).astype(np.float32))
