"""Request and result of the simready job."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from jobs.contracts.document import Document, JobName, Kilograms, Name, Sha256
from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.repair import RepairSettings
from jobs.contracts.trials import TrialSettings
from jobs.contracts.visual import VisualSettings

Vector3 = tuple[float, float, float]
Matrix3 = tuple[Vector3, Vector3, Vector3]
PropertySource = Annotated[str, Field(pattern=r"^(given|material_table|category|default|computed|vision:\S.{0,199})$")]
"""Whoever stated a value; `vision:` and the name of a model that looked at a picture."""
JointKind = Literal["revolute", "prismatic"]
Mobility = Literal["dynamic", "static"]
"""Whether the base moves freely, or stands where it is put like a fixture."""


Licence = Annotated[str, Field(min_length=1, max_length=200)]


def require_mass_above_tolerance(mass_kg: float | None, tolerance_kg: float | None) -> None:
    """Raises: ValueError: A tolerance without a mass, or one that would let the mass be nothing."""
    if tolerance_kg is not None and (mass_kg is None or tolerance_kg >= mass_kg):
        given = "no mass is" if mass_kg is None else f"a mass of {mass_kg:g} kg is"
        raise ValueError(f"mass_tolerance_kg {tolerance_kg:g} must be below mass_kg, but {given} given")


class ColliderSettings(Document):
    """Cascade hull -> planes -> V-HACD -> CoACD: the first that fits well enough wins, else the one that fits best.

    Well enough: volume IoU with the object of at least `accept_iou`; 95 % of the surface that sticks out of the object
    within `accept_protrusion` (part of the diagonal); and of what it can hold, at most `accept_cavity_filled` (part of
    its hull's volume) taken up, so that cups stay hollow. V-HACD and CoACD, which take longer and seldom fit better
    than cuts by planes, run only where there is nothing yet of at least `resort_iou`. `time_limit_s` is per method.

    A convex part is replaced by a box, sphere, cylinder or capsule whose volume IoU with it is above `primitive_iou`;
    by none if that is 1.
    """

    accept_iou: Annotated[float, Field(gt=0, le=1)] = 0.95
    accept_protrusion: Annotated[float, Field(gt=0, le=1)] = 0.02
    accept_cavity_filled: Annotated[float, Field(ge=0, le=1)] = 0.05
    resort_iou: Annotated[float, Field(gt=0, le=1)] = 0.6
    primitive_iou: Annotated[float, Field(gt=0, le=1)] = 0.98
    max_hulls: Annotated[int, Field(ge=1, le=256)] = 64
    max_hull_vertices: Annotated[int, Field(ge=8, le=256)] = 64
    time_limit_s: Annotated[float, Field(gt=0)] = 120.0


class SettleSettings(Document):
    """Drop test: from `drop_height` times the diagonal, in `poses` random orientations.

    At rest: during `rest_window_s` no point of the object moved further than `rest_motion` (part of the diagonal).
    """

    poses: Annotated[int, Field(ge=1, le=64)] = 6
    drop_height: Annotated[float, Field(gt=0, le=4)] = 0.25
    time_limit_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    rest_window_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    rest_motion: Annotated[float, Field(gt=0, le=1)] = 0.01
    timestep_s: Annotated[float, Field(gt=0, le=0.01)] = 0.002


class PhysicsSettings(Document):
    """What is assumed where nobody measured.

    `table_top`: the material that an asset's friction is meant against, where the table of pairs knows the two.
    Scales are off by at most `scales_share` of the mass or `scales_kg`, half the last digit of those that show grams,
    whichever is more, but never by more than half of it. The walls of a hollow thing are in its mesh if that fills
    less than `walls_shown_below` of its convex hull: scanned mugs and bowls fill a quarter, without their cavity more
    than three quarters.
    """

    table_top: Name = "wood"
    scales_share: Annotated[float, Field(ge=0, lt=1)] = 0.01
    scales_kg: Annotated[float, Field(ge=0)] = 0.0005
    walls_shown_below: Annotated[float, Field(gt=0, le=1)] = 0.6


class PartsSettings(Document):
    """A part mesh that cannot be closed is made of sheets: they become plates of `sheet_thickness`, as part of the
    whole thing's diagonal."""

    sheet_thickness: Annotated[float, Field(gt=0, le=0.05)] = 0.005


class JointSettings(Document):
    """How hard joints are to move where nobody measured it, and when parts are taken for movable.

    `damping`: a joint that was pushed comes to rest with `time_constant_s`. `slide_friction` is the coefficient of a
    slide under the weight of what it carries; `hinge_friction` that of a pin, relative to the radius of gyration about
    it. A joint is authored if the confidence in it reaches `min_confidence`; else the part is welded to the base.
    `max_overlap`: part of a moving part's volume that may run into the rest and still be clearance;
    `max_hinge_overlap`: the same about a hinge, for the knuckles and rebates of doors are rarely modelled.
    """

    time_constant_s: Annotated[float, Field(gt=0, le=60)] = 0.5
    slide_friction: Annotated[float, Field(ge=0, le=2)] = 0.1
    hinge_friction: Annotated[float, Field(ge=0, le=2)] = 0.01
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.6
    max_overlap: Annotated[float, Field(gt=0, le=1)] = 0.005
    max_hinge_overlap: Annotated[float, Field(gt=0, le=1)] = 0.02

    def describe(self, kind: JointKind) -> str:
        """The rule for the resistance of such a joint, in words."""
        damping = f"damping = moved inertia / {self.time_constant_s:g} s"
        if kind == "prismatic":
            return f"{damping}, friction = {self.slide_friction:g} x carried weight"
        return f"{damping}, friction = {self.hinge_friction:g} x carried weight x radius of gyration about the axis"


class StandardSettings(Document):
    """Which profile of the SimReady Foundation, in which version, the USD package is held against."""

    profile: str = "Robotics-Prop"
    version: str = "4.0.0"
    time_limit_s: Annotated[float, Field(gt=0)] = 120.0


class CrosscheckSettings(Document):
    """Other simulators that must read the asset's USD as ours reads its MJCF, and let it come to rest where ours does.

    In each of `poses` of its stable poses, those out of which it does not roll, it is let go `drop_height` (part of the
    diagonal) over a plane.
    `time_limit_s` is each simulator's, and covers the compilation of its kernels on first use.
    """

    simulators: tuple[Name, ...] = ()
    poses: Annotated[int, Field(ge=1, le=16)] = 2
    drop_height: Annotated[float, Field(gt=0, le=1)] = 0.1
    duration_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    timestep_s: Annotated[float, Field(gt=0, le=0.01)] = 0.002
    time_limit_s: Annotated[float, Field(gt=0)] = 600.0


class VisionSettings(Document):
    """Models that are asked, in order, what an object is made of if the request does not say it.

    `time_limit_s` is per attempt; pauses double from `pause_s`. An answer below `least_confidence` is left out;
    intervals of one that is taken are widened by the factor `widening` on both sides.
    """

    providers: tuple[Name, ...] = ()
    time_limit_s: Annotated[float, Field(gt=0, le=600)] = 60.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    pause_s: Annotated[float, Field(ge=0, le=10)] = 1.0
    max_answer_bytes: Annotated[int, Field(ge=1000, le=10_000_000)] = 100_000
    max_picture_px: Annotated[int, Field(ge=64, le=4096)] = 1024
    least_confidence: Annotated[float, Field(ge=0, le=1)] = 0.6
    widening: Annotated[float, Field(ge=1, le=10)] = 1.5


class SimreadyRequest(Document):
    """One mesh to one asset. `material` and `category` are keys of their tables; `mass_kg` was weighed.

    `mass_tolerance_kg`: how far the scales may be off, where that is known. `licence`: under which the asset may be
    used, as its owner says it.
    """

    job: ClassVar[JobName] = "simready"
    schema_version: Literal[1]
    profile: Name
    name: Name
    mesh: ManifestRef
    category: Name | None = None
    material: Name | None = None
    mass_kg: Kilograms | None = None
    mass_tolerance_kg: Kilograms | None = None
    licence: Licence | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    visual: VisualSettings = VisualSettings()
    repair: RepairSettings = RepairSettings()
    colliders: ColliderSettings = ColliderSettings()
    physics: PhysicsSettings = PhysicsSettings()
    vision: VisionSettings = VisionSettings()
    parts: PartsSettings = PartsSettings()
    joints: JointSettings = JointSettings()
    settle: SettleSettings = SettleSettings()
    trials: TrialSettings = TrialSettings()
    inspection: InspectionSettings = InspectionSettings()
    standard: StandardSettings = StandardSettings()
    crosscheck: CrosscheckSettings = CrosscheckSettings()

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        require_mass_above_tolerance(self.mass_kg, self.mass_tolerance_kg)
        return self


class PhysicalProperty(Document):
    """A value with where it came from and the interval that the truth is believed to lie in."""

    value: float
    low: float
    high: float
    unit: str
    source: PropertySource
    reference: str


class FrictionPair(Document):
    """How the asset's material slides on another one."""

    against: Name
    static_friction: PhysicalProperty
    dynamic_friction: PhysicalProperty


class Link(Document):
    """One rigid part of an asset, with every joint at zero.

    `center_of_mass_m` in the object frame, `inertia_kg_m2` about it in the axes of the object frame. `colliders`: how
    many convex shapes stand in for it.
    """

    name: Name
    mass_kg: float
    volume_m3: float
    center_of_mass_m: Vector3
    inertia_kg_m2: Matrix3
    colliders: int
    collider_method: Name
    collider_iou: float


class Joint(Document):
    """How one link moves against another. `pivot_m` and the unit vector `axis` in the object frame, with every joint at
    zero; `lower` and `upper` in rad or m. A positive angle turns the child counter-clockwise about the axis, a positive
    distance moves it along it. `damping` [N m s/rad or N s/m], `friction` [N m or N]: what the joint holds against any
    motion, and `resistance_source` says by which rule."""

    name: Name
    kind: JointKind
    parent: Name
    child: Name
    pivot_m: Vector3
    axis: Vector3
    lower: float
    upper: float
    damping: Annotated[float, Field(ge=0)]
    friction: Annotated[float, Field(ge=0)]
    resistance_source: str
    source: str
    confidence: Annotated[float, Field(ge=0, le=1)]


class Asset(Document):
    """`asset.json`: the one source that USD, MJCF and URDF are written from.

    Object frame: metres, Z up, the same as the reconstructed mesh. Mass, volume, `center_of_mass_m` and extents are of
    the whole with every joint at zero; `inertia_kg_m2` is about the centre of mass, in the axes of the object frame.
    Friction and restitution are meant against a common table top, `friction_pairs` against one material each.
    `expected_density_kg_m3`: what an object of this kind or material can have, whatever was weighed.
    The first of `links` is the base. `stable_poses_wxyz`: orientations it came to rest in, most frequent first.
    """

    schema_version: Literal[1]
    name: Name
    category: Name | None = None
    licence: Licence | None = None
    sources: dict[str, Sha256]
    material: Name
    mass_kg: PhysicalProperty
    density_kg_m3: PhysicalProperty
    expected_density_kg_m3: PhysicalProperty
    static_friction: PhysicalProperty
    dynamic_friction: PhysicalProperty
    restitution: PhysicalProperty
    friction_pairs: tuple[FrictionPair, ...] = ()
    volume_m3: float
    center_of_mass_m: Vector3
    inertia_kg_m2: Matrix3
    extents_m: Vector3
    links: Annotated[tuple[Link, ...], Field(min_length=1)]
    joints: tuple[Joint, ...] = ()
    mobility: Mobility = "dynamic"
    stable_poses_wxyz: tuple[tuple[float, float, float, float], ...]
