"""The plane sweep on a CPU, by OpenCV's resampling and box filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.stereo.kernel import DepthMap, Plane, SweepTask

_LEAST_VARIANCE = np.float32(1e-7)
_WORST, _NOTHING = np.float32(-1.0), np.float32(0.0)
_NOWHERE = np.float32(1.0)
"""Between two planes of a stack; any number but 0, as it is divided by."""


@dataclass(frozen=True)
class OpenCvKernel:
    """See `SweepKernel`. It computes in the calling thread as far as OpenCV is told to.

    All sources of a depth are worked on at once, one below the other: few calls on large arrays let other threads run.
    """

    def sweep(self, task: SweepTask) -> DepthMap:
        window, warps = _Window(task), _Warps(task)
        scores = np.empty((task.steps, *task.grey.shape), np.float32)
        for step in range(task.steps):
            _put_mean_of_best(scores[step], window.correlate(warps.at(step)), task.best)
            scores[step][task.near + np.float32(step * task.step) > task.far] = _WORST
        return _choose(scores, task, window.is_textured)


class _Window:
    """What the windows of the reference hold; computed once a task.

    Stacks (n, h + gap, w) hold a plane for each source; the gap is wide enough for a window not to reach two of them.
    """

    def __init__(self, task: SweepTask) -> None:
        self._side, self._height = task.window, len(task.grey)
        mask = task.mask.astype(np.float32)
        share = 1 / np.maximum(self._blur(mask), np.float32(1e-6))
        masked = task.grey * mask
        mean = self._blur(masked) * share
        variance = self._blur(masked * task.grey) * share - mean * mean
        self.is_textured = task.mask & (variance > task.least_contrast**2)
        inverse_deviation = 1 / np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
        self._mask, self._share, self._masked, self._mean, self._inverse_deviation = (
            _stack([plane] * len(task.sources), task) for plane in (mask, share, masked, mean, inverse_deviation)
        )

    def correlate(self, others: Plane) -> Plane:
        """Zero-mean normalised cross-correlation (n, h, w) with a stack, which is overwritten."""
        mean = self._blur(others * self._mask)
        mean *= self._share
        cross = self._blur(np.asarray(others * self._masked, np.float32))
        cross *= self._share
        cross -= mean * self._mean
        others *= others
        others *= self._mask
        variance = self._blur(others)
        variance *= self._share
        mean *= mean
        variance -= mean
        np.maximum(variance, _LEAST_VARIANCE, out=variance)
        np.sqrt(variance, out=variance)
        cross *= self._inverse_deviation
        cross /= variance
        return cross[:, : self._height]

    def _blur(self, planes: Plane) -> Plane:
        size, tall = (self._side, self._side), planes.reshape(-1, planes.shape[-1])
        return np.asarray(cv2.blur(tall, size, borderType=cv2.BORDER_CONSTANT), np.float32).reshape(planes.shape)


class _Warps:
    """The sources resampled to the reference, depth by depth."""

    def __init__(self, task: SweepTask) -> None:
        height, width = task.grey.shape
        y, x = np.mgrid[:height, :width].astype(np.float32)
        self._sources = task.sources
        self._start, self._stride = [], []
        for axis in range(3):
            rays = [
                (source.M[axis, 0] * x + source.M[axis, 1] * y + source.M[axis, 2]).astype(np.float32)
                for source in task.sources
            ]
            shifts = [np.float32(source.b[axis]) for source in task.sources]
            starts = [task.near * ray + shift for ray, shift in zip(rays, shifts, strict=True)]
            self._start.append(_stack(starts, task, _NOWHERE))
            self._stride.append(_stack(rays, task) * np.float32(task.step))

    def at(self, step: int) -> Plane:
        x, y, depth = (
            start + np.float32(step) * stride for start, stride in zip(self._start, self._stride, strict=True)
        )
        np.divide(x, depth, out=x)
        np.divide(y, depth, out=y)
        for number, source in enumerate(self._sources):
            cv2.remap(
                source.grey, x[number], y[number], cv2.INTER_LINEAR, depth[number], borderMode=cv2.BORDER_CONSTANT
            )
        return depth


def _stack(planes: Sequence[Plane], task: SweepTask, gap: np.float32 = _NOTHING) -> Plane:
    """(n, h + gap, w), see `_Window`."""
    height, width = task.grey.shape
    stacked = np.full((len(planes), height + task.window // 2, width), gap, np.float32)
    stacked[:, :height] = planes
    return stacked


def _put_mean_of_best(target: Plane, correlations: Plane, best: int) -> None:
    """Mean of the `best` highest at each pixel, or of all if they are fewer, over (n, h, w)."""
    ranked: list[Plane] = []
    for worse in correlations:
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
    highest = scores.argmax(axis=0)
    middle = np.clip(highest, 1, task.steps - 2)
    before, here, after = (np.take_along_axis(scores, middle[None] + shift, axis=0)[0] for shift in (-1, 0, 1))
    curvature = before - 2 * here + after
    peaked = (highest == middle) & (curvature < -1e-6)
    between = np.where(peaked, 0.5 * (before - after) / np.where(peaked, curvature, 1), 0)
    depth = task.near + np.float32(task.step) * (highest + np.clip(between, -0.5, 0.5).astype(np.float32))
    confidence = np.where(textured, np.take_along_axis(scores, highest[None], axis=0)[0], 0)
    found = confidence > 0
    return DepthMap(np.where(found, depth, 0).astype(np.float32), np.where(found, confidence, 0).astype(np.float32))
