"""What stands where in a scanned scene."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jobs.contracts.document import Document, Name

Vector3 = tuple[float, float, float]
Row4 = tuple[float, float, float, float]
Transform = tuple[Row4, Row4, Row4, Row4]
"""Homogeneous, row by row."""


class SupportPlane(Document):
    """A level surface that objects stand on: its height and corners [m], in the scene's frame."""

    name: Name
    height_m: float
    low_m: tuple[float, float]
    high_m: tuple[float, float]


class LaidOutObject(Document):
    """`T_scene_object`: object to scene [m]. The object's own frame: Z up, its bounding box centred over the origin,
    standing on z = 0."""

    name: Name
    T_scene_object: Transform
    extents_m: Vector3
    support: Name


class Layout(Document):
    """`layout.json`. Scene frame: metres, Z up, z = 0 at the main support plane. Objects: largest first."""

    schema_version: Literal[1]
    objects: Annotated[tuple[LaidOutObject, ...], Field(min_length=1)]
    supports: Annotated[tuple[SupportPlane, ...], Field(min_length=1)]
