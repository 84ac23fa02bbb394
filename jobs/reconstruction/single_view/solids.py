"""Closed solids from outlines: turned about an axis, or inflated. In pixels of the subject's picture.

Frame: x to the right, y away from the viewer, z up; z = 0 is the lowest point, the origin below the middle.
"""

from __future__ import annotations

import cv2
import manifold3d
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter1d

from jobs.geometry.closed import to_manifold
from jobs.geometry.errors import OpenMesh
from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.carving.surface import extract_surface, simplify
from jobs.reconstruction.errors import ProviderFailed
from jobs.reconstruction.single_view.turned import Turned

_SEGMENTS, _RINGS = 144, 120
"""About as many faces as a picture of this size deserves."""
_PROFILE_SMOOTHING_PX = 1.5
_GRID, _FINEST_PX = 176, 1.5
"""Samples along the longest side of what is inflated; their distance in pixels is at least that."""
_FIRST_TOLERANCE_VOXELS = 0.05
_MOST_FACES = 60_000
_THINNEST_VOXELS = 0.9
"""A part thinner than this would fall to pieces."""


def turn(turned: Turned) -> manifold3d.Manifold:
    """Revolve the profile about z."""
    heights = turned.projection.heights
    radii = gaussian_filter1d(turned.radii, _PROFILE_SMOOTHING_PX, mode="nearest")
    corners = np.column_stack([radii, heights])
    spacing = (np.linalg.norm(np.diff(corners, axis=0), axis=1).sum() + radii[0] + radii[-1]) / _RINGS
    base = _along(np.array([[0.0, 0.0], corners[0]]), spacing)
    top = _along(np.array([corners[-1], [0.0, heights[-1]]]), spacing)
    outline = np.concatenate([base[:-1], _along(corners, spacing), top[1:]])
    return manifold3d.Manifold.revolve(manifold3d.CrossSection([outline]), _SEGMENTS)


def inflate(mask: NDArray[np.bool_]) -> manifold3d.Manifold:
    """The union of all balls whose middle circle lies within the outline: a disc becomes a ball, a bar a rod.

    The largest piece of it, should it fall apart.

    Raises:
        ProviderFailed: The surface came out empty or open, which is no fault of the picture.
    """
    surface = extract_surface(_balls(mask))
    if surface is None:
        raise ProviderFailed("single_view", "nothing was left of the outline")
    try:
        pieces = to_manifold(surface, "the inflated outline").decompose()
    except OpenMesh as error:
        raise ProviderFailed("single_view", str(error)) from error
    largest = max(pieces, key=lambda piece: piece.volume())
    return simplify(largest, _FIRST_TOLERANCE_VOXELS * _spacing_px(mask), _MOST_FACES)


def _along(corners: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Points (m, 2) at about equal distances along a line of corners (n, 2), from its first to its last."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    at = np.linspace(0, lengths[-1], max(2, 1 + round(lengths[-1] / spacing)))
    return np.column_stack([np.interp(at, lengths, corners[:, axis]) for axis in (0, 1)])


def _balls(mask: NDArray[np.bool_]) -> Volume:
    """Signed distance to the union of balls, sampled on a grid of half the thickness on either side.

    With R the radius of the ball that reaches farthest at (x, z), and H = R^2 - its squared distance from there, the
    surface is at y^2 = H.
    """
    height, width = mask.shape
    spacing = _spacing_px(mask)
    radius = _distance_px(mask)
    x, z = np.arange(0, width, spacing), np.arange(0, height, spacing)
    columns, rows = np.meshgrid(x.astype(np.float32), (height - z).astype(np.float32))
    sampled = cv2.remap(radius, columns - np.float32(0.5), rows - np.float32(0.5), cv2.INTER_LINEAR)
    sampled = np.where(sampled > 0, np.maximum(sampled, np.float32(_THINNEST_VOXELS * spacing)), np.float32(0))
    reach, ball = _envelope(sampled.astype(np.float64) / spacing)
    half = int(np.ceil(np.sqrt(reach.max()))) + 2
    y = np.arange(-half, half + 1)
    centre_distance = np.sqrt(np.maximum(ball[..., None] ** 2 - reach[..., None] + y**2, 0))
    values = (ball[..., None] - centre_distance).transpose(1, 2, 0) * spacing
    return Volume(values.astype(np.float32), np.array([-width / 2, -half * spacing, 0.0]), spacing)


def _spacing_px(mask: NDArray[np.bool_]) -> float:
    return max(max(mask.shape) / (_GRID - 1), _FINEST_PX)


def _distance_px(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Of each pixel inside from the outline; 0 outside. By scipy: OpenCV's own differs in the last digits from run to
    run where it uses Intel's library."""
    return np.where(mask, np.asarray(distance_transform_edt(mask)) - 0.5, 0).astype(np.float32)


def _envelope(radius: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each sample (h, w) the largest R^2 - d^2 over all balls, and the R it comes from [samples].

    Separable, as squared distances are: along columns first, then along rows.

    Source: Felzenszwalb and Huttenlocher 2012, "Distance transforms of sampled functions".
    """
    power = np.where(radius > 0, radius**2, -np.inf)
    power, source = _envelope_along(power, radius)
    power, source = _envelope_along(power.T, source.T)
    return power.T, source.T


def _envelope_along(
    power: NDArray[np.float64], source: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Along the first axis."""
    index = np.arange(len(power))
    distance = (index[:, None] - index[None, :]).astype(np.float64) ** 2
    best = np.empty(power.shape, np.int64)
    for column in range(power.shape[1]):
        best[:, column] = (power[None, :, column] - distance).argmax(axis=1)
    taken = np.take_along_axis(power, best, axis=0) - (best - index[:, None]) ** 2
    return taken, np.take_along_axis(source, best, axis=0)
