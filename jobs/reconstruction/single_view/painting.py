"""The picture laid onto a guessed solid: what it shows in front, the mirror image of that behind."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from jobs.reconstruction.single_view.projection import Projection
from jobs.reconstruction.single_view.subject import Subject

_RIM_PX = 2
"""Width of the outermost ring of the object, in which the lens mixes in the background."""
_REMAP_ROWS = 1 << 14


def compute_mirrored_colours(
    vertices: NDArray[np.float64], subject: Subject, projection: Projection
) -> NDArray[np.uint8]:
    """Colours of a solid that is its own mirror image about y = 0.

    Args:
        vertices: (n, 3) in the frame of the projection.

    Returns:
        (n, 4) sRGB and alpha.
    """
    in_front = vertices * (1, 0, 1) - np.abs(vertices) * (0, 1, 0)
    columns, rows = projection.locate(in_front)
    picture = _continued(subject)
    colours = np.full((len(vertices), 4), 255, np.uint8)
    for start in range(0, len(vertices), _REMAP_ROWS):  # OpenCV's pictures have at most 2^15 rows
        part = np.s_[start : start + _REMAP_ROWS]
        x, y = ((values[part, None] - 0.5).astype(np.float32) for values in (columns, rows))
        colours[part, :3] = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]
    return colours


def _continued(subject: Subject) -> NDArray[np.uint8]:
    """The picture, in which the object's colours go on outside of it; thin parts keep their rim."""
    mask = subject.mask.astype(np.uint8)
    inner = cv2.erode(mask, np.ones((2 * _RIM_PX + 1,) * 2, np.uint8))
    near = cv2.dilate(inner, np.ones((4 * _RIM_PX + 1,) * 2, np.uint8))
    known = (inner > 0) | (subject.mask & (near == 0))
    nearest = np.asarray(distance_transform_edt(~known, return_distances=False, return_indices=True))
    return np.ascontiguousarray(subject.rgb[nearest[0], nearest[1]])
