"""Holds claimed statistics against the data itself, each by its definition rather than by the writer's formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SHARES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
_MOMENTS = ("min", "max", "mean", "std", "count")

_CHANNEL_OFFSETS = np.array((0, 256, 512))

Claims = Mapping[str, Any]


def contradict_numbers(claims: Claims, values: NDArray[np.generic]) -> Iterator[str]:
    """Names of the statistics of (n,) or (n, d) numbers that are missing or wrong."""
    columns = np.reshape(np.asarray(values, np.float64), (len(values), -1))
    truth: dict[str, object] = {
        "min": np.amin(columns, 0),
        "max": np.amax(columns, 0),
        "mean": np.sum(columns, 0) / len(columns),
        "std": np.sqrt(np.var(columns, 0)),
        "count": [len(columns)],
    }
    for name, share in _SHARES.items():
        truth[name] = np.percentile(columns, 100 * share, axis=0)
    for name, expected in truth.items():
        if not _close(claims.get(name), expected):
            yield name
    yield from _unknown(claims)


class PictureEvidence:
    """Levels of all pictures that were seen."""

    def __init__(self) -> None:
        self._frames = 0
        self._levels = np.zeros(3 * 256, np.int64)

    def add(self, picture: NDArray[np.uint8]) -> None:
        coded = picture.reshape(-1, 3) + _CHANNEL_OFFSETS
        self._levels += np.bincount(coded.ravel(), minlength=3 * 256)
        self._frames += 1

    def merge(self, other: PictureEvidence) -> None:
        self._levels += other._levels
        self._frames += other._frames

    def contradict(self, claims: Claims) -> Iterator[str]:
        """Names of the statistics (3, 1, 1) in 0..1 that are missing or wrong."""
        counts = self._levels.reshape(3, 256)
        pixels, level = counts.sum(1), np.arange(256) / 255
        mean = counts @ level / pixels
        truth: dict[str, object] = {
            "min": [level[row > 0].min() for row in counts],
            "max": [level[row > 0].max() for row in counts],
            "mean": mean,
            "std": np.sqrt(np.maximum(counts @ level**2 / pixels - mean**2, 0)),
        }
        for name, expected in truth.items():
            if not _close(claims.get(name), np.reshape(np.asarray(expected), (3, 1, 1))):
                yield name
        if not _close(claims.get("count"), [self._frames]):
            yield "count"
        for name, share in _SHARES.items():
            if not self._splits(claims.get(name), share):
                yield name
        yield from _unknown(claims)

    def _splits(self, claim: object, share: float) -> bool:
        """Whether at least this share of the pixels lies at or below the claimed level, and less lies below it."""
        if claim is None or np.shape(np.asarray(claim)) != (3, 1, 1):
            return False
        levels = np.rint(np.asarray(claim, np.float64).ravel() * 255).astype(int)
        return all(
            row[:level].sum() < share * row.sum() <= row[: level + 1].sum()
            for row, level in zip(self._levels.reshape(3, 256), levels, strict=True)
        )


def _close(claim: object, expected: object) -> bool:
    if claim is None:
        return False
    seen, truth = np.asarray(claim, np.float64), np.asarray(expected, np.float64)
    return seen.shape == truth.shape and np.allclose(seen, truth, rtol=1e-6, atol=1e-7)


def _unknown(claims: Claims) -> Iterator[str]:
    yield from sorted(set(claims) - set(_MOMENTS) - set(_SHARES))
