"""Small pieces ride on large ones: handles on drawers, screws on doors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.geometry.distance import find_closest
from jobs.reconstruction.parting.pieces import Pieces

_MOST_POINTS, _FEWEST_OF_ONE, _MOST_OF_ONE = 60_000, 4, 256
_AS_NEAR = 0.005
"""Diagonals: points hardly further away than the nearest one have a vote."""


def find_hosts(pieces: Pieces, riders: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n,) The piece that each rider is nearest to, of those that ride on nothing; of those themselves, their own
    number. At least one must ride on nothing."""
    hosts = np.arange(pieces.count)
    carrying, of_carrying = pieces.mesh(~riders)
    numbers: list[int] = np.flatnonzero(riders).tolist()
    if not numbers:
        return hosts
    each = int(np.clip(_MOST_POINTS // len(numbers), _FEWEST_OF_ONE, _MOST_OF_ONE))
    order = np.argsort(pieces.of_face, kind="stable")
    ends = np.cumsum(np.bincount(pieces.of_face))
    points = [
        _points(pieces.corners[order[ends[number - 1] if number else 0 : ends[number]]], each) for number in numbers
    ]
    away_m, face, _ = find_closest(np.concatenate(points), carrying)
    bounds = np.cumsum([0, *map(len, points)])
    for number, start, end in zip(numbers, bounds[:-1], bounds[1:], strict=True):
        near = away_m[start:end] <= away_m[start:end].min() + _AS_NEAR * pieces.diagonal_m
        hosts[number] = np.bincount(of_carrying[face[start:end][near]]).argmax()
    return hosts


def _points(corners: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """(k, 3) Corners and middles of faces (m, 3, 3), evenly many of each stretch of them."""
    points = np.concatenate([corners, corners.mean(axis=1, keepdims=True)], axis=1).reshape(-1, 3)
    return points[np.unique(np.linspace(0, len(points) - 1, most).astype(np.int64))]
