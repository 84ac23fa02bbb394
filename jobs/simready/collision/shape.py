"""One convex shape that collides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import trimesh
from numpy.typing import NDArray

ShapeKind = Literal["hull", "box", "sphere", "cylinder", "capsule"]


@dataclass(frozen=True)
class Shape:
    """`mesh`: its closed surface [m] in the object frame, exact for a hull, tessellated for the others.

    `size_m`: nothing for a hull; a box's three edges; a sphere's radius; radius and length along z of a cylinder, and
    of a capsule without its caps. `T_object_shape` (4, 4): where a primitive's own axes lie.
    """

    kind: ShapeKind
    mesh: trimesh.Trimesh
    size_m: tuple[float, ...] = ()
    T_object_shape: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
