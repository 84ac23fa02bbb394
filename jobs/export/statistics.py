"""Statistics that policies normalise with: exact, not sampled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_LEVELS = np.arange(256) / 255.0
_QUANTILES = (0.01, 0.10, 0.50, 0.90, 0.99)


@dataclass(frozen=True)
class Statistics:
    """Per component, (d,) for numbers and (3, 1, 1) in 0..1 for pictures; `count` (1,) frames."""

    min: FloatArray
    max: FloatArray
    mean: FloatArray
    std: FloatArray
    count: NDArray[np.int64]
    q01: FloatArray
    q10: FloatArray
    q50: FloatArray
    q90: FloatArray
    q99: FloatArray

    def dump(self) -> dict[str, list[object]]:
        return {field.name: getattr(self, field.name).tolist() for field in fields(self)}


def compute_statistics(values: NDArray[np.generic]) -> Statistics:
    """Of (n,) or (n, d) numbers, over n."""
    columns = values.astype(np.float64).reshape(len(values), -1)
    return Statistics(
        columns.min(axis=0),
        columns.max(axis=0),
        columns.mean(axis=0),
        columns.std(axis=0),
        np.array([len(columns)]),
        *np.quantile(columns, _QUANTILES, axis=0),
    )


class PixelCounts:
    """How often each of 256 levels occurs per channel, from which every statistic of the pictures follows."""

    def __init__(self) -> None:
        self.frames = 0
        self._counts = np.zeros((3, 256), np.int64)

    def add(self, picture: NDArray[np.uint8]) -> None:
        """(height, width, 3)"""
        for channel in range(3):
            self._counts[channel] += np.bincount(picture[..., channel].ravel(), minlength=256)
        self.frames += 1

    def counting(self, pictures: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
        """The same pictures, counted as they pass."""
        for picture in pictures:
            self.add(picture)
            yield picture

    def merge(self, other: PixelCounts) -> None:
        self._counts += other._counts
        self.frames += other.frames

    def statistics(self) -> Statistics:
        share = self._counts / self._counts.sum(axis=1, keepdims=True)
        mean = share @ _LEVELS
        occurring = [np.flatnonzero(counts) for counts in self._counts]
        std = np.sqrt([row @ (_LEVELS - middle) ** 2 for row, middle in zip(share, mean, strict=True)])
        return Statistics(
            _pictured([_LEVELS[levels[0]] for levels in occurring]),
            _pictured([_LEVELS[levels[-1]] for levels in occurring]),
            _pictured(mean),
            _pictured(std),
            np.array([self.frames]),
            *(_pictured(self._quantile(quantile)) for quantile in _QUANTILES),
        )

    def _quantile(self, quantile: float) -> FloatArray:
        """The lowest level that at least this share of the pixels does not exceed."""
        below = np.cumsum(self._counts, axis=1)
        return np.array([_LEVELS[np.searchsorted(row, np.ceil(quantile * row[-1]))] for row in below])


def _pictured(values: ArrayLike) -> FloatArray:
    return np.asarray(values, np.float64).reshape(3, 1, 1)
