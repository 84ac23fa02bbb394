"""The edges of a surface, each once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Edges:
    """`ways` (3m, 2): vertices along the first side of each of m faces, then the second, then the third. `index` (3m,):
    which edge that is; `ends` (n, 2): an edge's vertices, lower number first; `uses` (n,): how many sides it is.
    """

    ways: NDArray[np.int64]
    index: NDArray[np.int64]
    ends: NDArray[np.int64]
    uses: NDArray[np.int64]


def find_edges(faces: NDArray[np.int64]) -> Edges:
    """Edges of faces (m, 3), in the order of their vertices."""
    ways = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    size = int(faces.max(initial=0)) + 1
    keys = ways.min(axis=1) * size + ways.max(axis=1)  # whole numbers are sorted much faster than pairs
    unique, index, uses = np.unique(keys, return_inverse=True, return_counts=True)
    return Edges(ways, index.reshape(-1), np.column_stack(np.divmod(unique, size)), uses)
