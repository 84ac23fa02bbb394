"""The plane sweep on a CPU, by OpenCV's resampling and box filters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.stereo.kernel import DepthMap, Plane, SourcePicture, SweepTask

_LEAST_VARIANCE = np.float32(1e-7)
_WORST = np.float32(-1.0)


@dataclass(frozen=True)
class OpenCvKernel:
    """See `SweepKernel`. It computes in the calling thread as far as OpenCV is told to."""

    def sweep(self, task: SweepTask) -> DepthMap:
        window = _Window(task)
        warps = [_Warp(source, task) for source in task.sources]
        scores = np.empty((task.steps, *task.grey.shape), np.float32)
        for step in range(task.steps):
            scores[step] = _mean_of_best((window.correlate(warp.at(step)) for warp in warps), task.best)
            scores[step][task.near + np.float32(step * task.step) > task.far] = _WORST
        return _choose(scores, task, window.is_textured)


class _Window:
    """What the windows of the reference hold; computed once a task."""

    def __init__(self, task: SweepTask) -> None:
        self._side = task.window
        self._mask = task.mask.astype(np.float32)
        self._share = 1 / np.maximum(self._blur(self._mask), np.float32(1e-6))
        self._masked = task.grey * self._mask
        self._mean = self._blur(self._masked) * self._share
        variance = self._blur(self._masked * task.grey) * self._share - self._mean * self._mean
        self._inverse_deviation = 1 / np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
        self.is_textured = task.mask & (variance > task.least_contrast**2)

    def correlate(self, other: Plane) -> Plane:
        """Zero-mean normalised cross-correlation (h, w) with a picture (h, w)."""
        mean = self._blur(other * self._mask)
        mean *= self._share
        cross = self._blur(np.asarray(other * self._masked, np.float32))
        cross *= self._share
        cross -= mean * self._mean
        other *= other
        other *= self._mask
        variance = self._blur(other)
        variance *= self._share
        mean *= mean
        variance -= mean
        np.maximum(variance, _LEAST_VARIANCE, out=variance)
        np.sqrt(variance, out=variance)
        cross *= self._inverse_deviation
        cross /= variance
        return cross

    def _blur(self, plane: Plane) -> Plane:
        size = (self._side, self._side)
        return np.asarray(cv2.blur(plane, size, borderType=cv2.BORDER_CONSTANT), np.float32)


class _Warp:
    """A source resampled to the reference, depth by depth."""

    def __init__(self, source: SourcePicture, task: SweepTask) -> None:
        height, width = task.grey.shape
        y, x = np.mgrid[:height, :width].astype(np.float32)
        ray = [(row[0] * x + row[1] * y + row[2]).astype(np.float32) for row in source.M]
        self._grey = source.grey
        self._start = [task.near * part + np.float32(shift) for part, shift in zip(ray, source.b, strict=True)]
        self._stride = [np.float32(task.step) * part for part in ray]

    def at(self, step: int) -> Plane:
        x, y, depth = (
            start + np.float32(step) * stride for start, stride in zip(self._start, self._stride, strict=True)
        )
        np.divide(x, depth, out=x)
        np.divide(y, depth, out=y)
        return np.asarray(cv2.remap(self._grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)


def _mean_of_best(correlations: Iterable[Plane], best: int) -> Plane:
    """Mean of the `best` highest at each pixel, or of all if they are fewer."""
    ranked: list[Plane] = []
    for worse in correlations:
        for rank, one in enumerate(ranked):
            better = np.maximum(one, worse)
            np.minimum(one, worse, out=worse)
            ranked[rank] = better
        if len(ranked) < best:
            ranked.append(worse)
    total = ranked[0]
    for one in ranked[1:]:
        total += one
    total /= np.float32(len(ranked))
    return total


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
