"""Request and result of the assembly job: several assets become one scene."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from jobs.contracts.document import Document, JobName, Metres, Name
from jobs.contracts.layout import SupportPlane, Transform
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.simready import Mobility

Quaternion = tuple[float, float, float, float]
PlacedBy = Literal["given", "scan", "random"]
_UNIT = 1e-3


class Placement(Document):
    """Where an object goes: the origin of its own frame [m] and its orientation, in the scene's frame.

    With two coordinates it is put down on what lies below them. Without an orientation it lies as it came to rest most
    often when it was dropped.
    """

    name: Name
    position_m: tuple[float, float, float] | tuple[float, float]
    orientation_wxyz: Quaternion | None = None

    @model_validator(mode="after")
    def _turned(self) -> Self:
        if self.orientation_wxyz is not None and abs(math.hypot(*self.orientation_wxyz) - 1) > _UNIT:
            raise ValueError(f"the orientation of '{self.name}' is no unit quaternion (w, x, y, z)")
        return self


class Table(Document):
    """Its top is level at z = 0 and centred over the scene's origin, `height_m` above the floor. Without a size it is
    as large as what stands on it needs. `surface` is a key of the material table."""

    size_m: tuple[Metres, Metres] | None = None
    height_m: Metres = 0.75
    surface: Name = "wood"


class SceneLayout(Document):
    """What stands where. Objects that nobody placed are put down at random: props on the table, fixtures beside it.

    Scene frame: metres, Z up.
    """

    placements: tuple[Placement, ...] = ()
    table: Table = Table()

    @model_validator(mode="after")
    def _placed_once(self) -> Self:
        names = [item.name for item in self.placements]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"placed more than once: {', '.join(repeated)}")
        return self


class PlacingSettings(Document):
    """`gap`: objects put down at random keep this part of the larger one's diagonal from each other and from the edge;
    `clearance`: they are let go so high above their support, as part of their diagonal. `max_overlap`: a given pose is
    refused where the object would reach deeper into something, as part of its shortest extent."""

    gap: Annotated[float, Field(ge=0, le=2)] = 0.15
    clearance: Annotated[float, Field(ge=0, le=1)] = 0.005
    max_overlap: Annotated[float, Field(ge=0, le=1)] = 0.1
    attempts: Annotated[int, Field(ge=1, le=100_000)] = 2000


class RestSettings(Document):
    """At rest: during `rest_window_s` no point of the object moved further than `rest_motion`, and at the end it has
    not sunk further than `max_fall` below what carried it; both as part of its diagonal."""

    time_limit_s: Annotated[float, Field(gt=0, le=60)] = 8.0
    rest_window_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    rest_motion: Annotated[float, Field(gt=0, le=1)] = 0.01
    max_fall: Annotated[float, Field(gt=0, le=1)] = 0.1
    timestep_s: Annotated[float, Field(gt=0, le=0.01)] = 0.002


class AssemblyRequest(Document):
    """Several assets to one scene.

    `scan`: a reconstructed scan that says where its objects stand; each asset then is what was found in it, and called
    `<found_in>-<object>`. Else `layout` says it, or nobody.
    """

    job: ClassVar[JobName] = "assembly"
    schema_version: Literal[1]
    profile: Name
    scene: Name
    assets: Annotated[tuple[ManifestRef, ...], Field(min_length=1, max_length=1000)]
    scan: ManifestRef | None = None
    found_in: Name | None = None
    layout: SceneLayout = SceneLayout()
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    placing: PlacingSettings = PlacingSettings()
    rest: RestSettings = RestSettings()

    @model_validator(mode="after")
    def _one_layout(self) -> Self:
        if (self.scan is None) != (self.found_in is None):
            raise ValueError("'scan' and 'found_in' go together")
        if self.scan is not None and self.layout.placements:
            raise ValueError("a scan says where its objects stand; 'placements' do not go with it")
        return self


class PlacedObject(Document):
    """`T_scene_object`: object to scene [m], where it rests; `T_scene_object_start`: where it was put. `joints`: rad or
    m of each joint at rest, by name; the files show it with all of them at zero."""

    name: Name
    mobility: Mobility
    placed_by: PlacedBy
    support: Name
    mass_kg: float
    T_scene_object_start: Transform
    T_scene_object: Transform
    joints: dict[Name, float]


class AssembledScene(Document):
    """`scene.json`, the one source that the scene's USD and MJCF are written from. The last of `supports` is the
    floor."""

    schema_version: Literal[1]
    name: Name
    seed: int
    gravity_m_s2: float
    surface: Name
    supports: Annotated[tuple[SupportPlane, ...], Field(min_length=1)]
    objects: Annotated[tuple[PlacedObject, ...], Field(min_length=1)]
