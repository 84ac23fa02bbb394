"""Points that hang together."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_HALF = [offset for offset in itertools.product((-1, 0, 1), repeat=3) if offset > (0, 0, 0)]


def label_points(points: NDArray[np.float64], cell_m: float) -> NDArray[np.int64]:
    """A number per point (n, 3): the same for those in cells that touch, if by a corner, directly or over others."""
    if not len(points):
        return np.zeros(0, np.int64)
    index = np.floor(points / cell_m).astype(np.int64)
    index -= index.min(axis=0) - 1
    shape = index.max(axis=0) + 2
    keys, cell = np.unique(np.ravel_multi_index(tuple(index.T), tuple(shape)), return_inverse=True)
    pairs = []
    for offset in _HALF:
        step = int(offset[0] * shape[1] * shape[2] + offset[1] * shape[2] + offset[2])
        place = np.searchsorted(keys, keys + step).clip(0, len(keys) - 1)
        linked = np.flatnonzero(keys[place] == keys + step)
        pairs.append(np.stack([linked, place[linked]]))
    links = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(links.shape[1], np.int8), (links[0], links[1])), shape=(len(keys), len(keys)))
    _, labels = connected_components(graph.tocsr(), directed=False)
    return labels[cell.reshape(-1)].astype(np.int64)
