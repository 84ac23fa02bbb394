"""Where an asset can be taken hold of, and by what kind of gripper that was worked out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jobs.contracts.document import Document, Metres, Name
from jobs.contracts.layout import Transform, Vector3

Part = Annotated[float, Field(ge=0, le=1)]


class Gripper(Document):
    """Two parallel fingers on a palm. Lengths: `pad_width_m` across the fingers, `pad_height_m` along them at their
    tips, `finger_length_m` from the palm to the tips.

    The defaults are about the Franka Hand's: 80 mm of travel, 70 N of continuous force (its data sheet).
    """

    opening_m: Metres = 0.08
    pad_width_m: Metres = 0.02
    pad_height_m: Metres = 0.018
    finger_length_m: Metres = 0.054
    finger_thickness_m: Metres = 0.01
    palm_width_m: Metres = 0.06
    palm_length_m: Metres = 0.2
    max_force_n: Annotated[float, Field(gt=0, le=10_000)] = 70.0


class GraspSettings(Document):
    """How grasps are searched, and how the best `lifts` of them are tried in the simulator.

    Search: contacts among `samples` points of the surface, `approaches` directions for each pair of contacts, `kept` at
    most. `room_m`: how far an open pad stays away from what it will hold.
    Trial: closed around the floating object, then weighed down, lifted by `lift_m` or `lift_edges` times the longest
    edge, whichever is more, held, shaken along each axis in turn, let go. The grip is `force_margin` times what
    Coulomb's law asks for with the friction's low end. It held if the object followed at least `follow` of the way,
    moved by no more than `slip` (part of the diagonal) in the hand, and then fell. Figures of lift and shake: SimReady
    Foundation's runtime benchmark.
    """

    gripper: Gripper = Gripper()
    samples: Annotated[int, Field(ge=100, le=5000)] = 600
    approaches: Annotated[int, Field(ge=1, le=64)] = 12
    kept: Annotated[int, Field(ge=1, le=256)] = 16
    room_m: Metres = 0.005
    lifts: Annotated[int, Field(ge=1, le=64)] = 6
    lift_m: Metres = 0.3
    lift_edges: Annotated[float, Field(ge=0, le=10)] = 2.0
    hold_s: Annotated[float, Field(gt=0, le=10)] = 1.0
    shake_hz: Annotated[float, Field(gt=0, le=10)] = 2.0
    shake_m: Metres = 0.01
    shake_s: Annotated[float, Field(gt=0, le=10)] = 1.5
    force_margin: Annotated[float, Field(ge=1, le=10)] = 2.0
    follow: Part = 0.95
    slip: Part = 0.05


class Grasp(Document):
    """`T_object_grasp`: grasp to object frame; its origin lies between the pads, z is the approach, y the direction in
    which the fingers close. `contacts_m`: where the pads meet the surface, in the object frame, at lower y first.

    `friction_margin`: 1 where the contacts face each other squarely, 0 where the weakest friction just holds.
    `com_distance_m`: of the centre of mass from the line through the contacts. `clearance_m`: between the rest of the
    object and the palm. `quality`: their weighted mean, larger is better. `held`: whether it held in the simulator;
    nothing where it was not tried.
    """

    T_object_grasp: Transform
    width_m: Annotated[float, Field(gt=0)]
    contacts_m: tuple[Vector3, Vector3]
    friction_margin: Part
    com_distance_m: Annotated[float, Field(ge=0)]
    clearance_m: Annotated[float, Field(ge=0)]
    quality: Part
    held: bool | None = None


class Grasps(Document):
    """`grasps.json`: those that held in the simulator, then those not tried, then those that failed; of each the best
    first. `friction`: the low end of the interval, which all of them hold with."""

    schema_version: Literal[1]
    asset: Name
    gripper: Gripper
    friction: float
    grasps: tuple[Grasp, ...]
