"""Which photos to compare in full, found by comparing a few large features of all.

Source: Wu 2013, "Towards linear-time incremental structure from motion" (preemptive matching).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.features import DESCRIPTOR_LENGTH, Features
from jobs.reconstruction.parallel import map_in_threads

_LARGEST = 256
"""Large features are seen from afar and from near, and there are few."""
_RATIO = 0.8
"""Of the distances to the best and to the second best match. Source: Lowe 2004."""
_LIKE = 3
"""Fewer matches are chance."""
_NOTHING = np.empty((0, 0), np.float32)
_NEIGHBOURS = 3
"""Photos that follow each other by name were mostly taken one after the other."""


def choose_pairs(
    features: Sequence[Features], partners: int, told: Callable[[int, int], None]
) -> list[tuple[int, int]]:
    """Pairs (i, j), i < j: of each photo and the `partners` most like it, and of those next to each other."""
    count = len(features)
    pairs = {(i, j) for i in range(count) for j in range(i + 1, min(count, i + 1 + _NEIGHBOURS))}
    if count <= partners + 1:
        return [(i, j) for i in range(count) for j in range(i + 1, count)]
    likeness = _compare_all(features, told)
    for i in range(count):
        for j in np.argsort(-likeness[i], kind="stable")[:partners].tolist():
            if likeness[i, j] >= _LIKE:
                pairs.add((min(i, j), max(i, j)))
    return sorted(pairs)


def _compare_all(features: Sequence[Features], told: Callable[[int, int], None]) -> NDArray[np.int64]:
    """(n, n) matches of each two photos; 0 with itself."""
    large = [_largest(one) for one in features]
    rows = map_in_threads(lambda i: [_count_matches(large[i], other) for other in large[:i]], range(len(large)), told)
    likeness = np.zeros((len(large), len(large)), np.int64)
    for i, row in enumerate(rows):
        likeness[i, :i] = likeness[:i, i] = row
    return likeness


def _largest(features: Features) -> NDArray[np.float32]:
    chosen = np.argsort(-features.size_px, kind="stable")[:_LARGEST]
    return features.descriptors[chosen].astype(np.float32)


def _count_matches(a: NDArray[np.float32], b: NDArray[np.float32]) -> int:
    """Mutual best matches that are clearly better than the second best; whole numbers, so exact whatever the BLAS."""
    if len(a) < 2 or len(b) < 2:
        return 0
    product = np.asarray(cv2.gemm(a, b, 1, _NOTHING, 0, flags=cv2.GEMM_2_T))  # in this thread; numpy would start more
    rows, best = np.arange(len(a)), product.argmax(axis=1)
    mutual = product.argmax(axis=0)[best] == rows
    first = product[rows, best]
    product[rows, best] = 0
    second = product.max(axis=1)
    longest = np.float32(DESCRIPTOR_LENGTH**2)
    clear = longest - first < _RATIO**2 * (longest - second)
    return int(np.count_nonzero(mutual & clear))
