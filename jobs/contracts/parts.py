"""Things that come as several part meshes, and what was said of how they move."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jobs.contracts.document import Document, Name, StorePath
from jobs.contracts.simready import JointKind, Vector3

PART_NAME = r"^[a-z][a-z0-9_]{0,47}$"
PartName = Annotated[str, Field(pattern=PART_NAME)]
"""Of a part or joint: a USD prim, an MJCF body and a URDF link can be called so."""
Range = tuple[float, float]
_SHORTEST_AXIS = 1e-6


class JointAnnotation(Document):
    """One entry of `joints.json`: how `child` moves against `parent`; the meshes show it at zero.

    `axis`, of any length, and `pivot_m`, a point on the axis, in the parts' frame. The range has the unit of its name:
    rad goes with `revolute`, m with `prismatic`.
    """

    name: PartName
    parent: PartName
    child: PartName
    type: JointKind
    axis: Vector3
    pivot_m: Vector3 | None = None
    range_rad: Range | None = None
    range_m: Range | None = None

    @property
    def limits(self) -> Range | None:
        return self.range_rad if self.type == "revolute" else self.range_m

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with it by itself."""
        found: list[str] = []
        wanted, other = ("range_rad", "range_m") if self.type == "revolute" else ("range_m", "range_rad")
        if sum(value * value for value in self.axis) < _SHORTEST_AXIS**2:
            found.append("its axis has no length")
        if self.type == "revolute" and self.pivot_m is None:
            found.append("a revolute joint needs pivot_m")
        if self.limits is None or getattr(self, other) is not None:
            found.append(f"a {self.type} joint needs {wanted}, and not {other}")
        elif not self.limits[0] < self.limits[1]:
            found.append(f"its range {list(self.limits)} does not ascend")
        elif not self.limits[0] <= 0 <= self.limits[1]:
            found.append(f"its range {list(self.limits)} does not hold 0, at which the meshes show it")
        return tuple(f"joint '{self.name}': {problem}" for problem in found)


class JointsAnnotation(Document):
    """`joints.json` beside part meshes. A part that no joint names is fixed to the base; without joints nothing moves.

    Frame: metres, whatever the meshes' units are, Z up."""

    frame: Literal["Z up, metres"] = "Z up, metres"
    joints: tuple[JointAnnotation, ...] = ()

    def problems(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Everything that is wrong with it for parts of these names; nothing when it can be built."""
        found = [problem for joint in self.joints for problem in joint.problems]
        names = [joint.name for joint in self.joints]
        children = [joint.child for joint in self.joints]
        found += [f"two joints are named '{name}'" for name in _repeated(names)]
        found += [f"part '{name}' is the child of several joints" for name in _repeated(children)]
        known = f"the parts are {', '.join(parts)}"
        found += [
            f"joint '{joint.name}': its {role} '{name}' is no part; {known}"
            for joint in self.joints
            for role, name in (("parent", joint.parent), ("child", joint.child))
            if name not in parts
        ]
        above = {joint.child: joint.parent for joint in self.joints}
        found += [f"part '{name}' hangs on itself" for name in sorted(above) if _hangs_on_itself(name, above)]
        bases = sorted({joint.parent for joint in self.joints} - set(children))
        if len(bases) > 1:
            found.append(f"the joints have several bases, {', '.join(bases)}; one thing has one")
        return tuple(found)

    @property
    def base(self) -> str | None:
        """The part that all others hang on, if any joint is given."""
        children = {joint.child for joint in self.joints}
        return next((joint.parent for joint in self.joints if joint.parent not in children), None)


class PartMesh(Document):
    """One part: its GLB, relative to the output, in the frame of the whole."""

    name: PartName
    path: StorePath


class Separation(Document):
    """How the parts of a thing that came in one file were told apart: `by` its own named objects, or its surfaces,
    which hang together where they are one piece. `confidence` from 0 to 1: a rule, not a measured frequency."""

    by: Literal["names", "surfaces"]
    confidence: Annotated[float, Field(ge=0, le=1)]


class PartsDocument(Document):
    """`parts.json`, beside `mesh.glb` of the whole. `joints` is None where nobody said how the parts move;
    `separation` is None where the parts were given, as files of their own."""

    schema_version: Literal[1]
    name: Name
    parts: Annotated[tuple[PartMesh, ...], Field(min_length=1)]
    joints: JointsAnnotation | None = None
    separation: Separation | None = None

    @model_validator(mode="after")
    def _buildable(self) -> Self:
        names = tuple(part.name for part in self.parts)
        problems = [f"two parts are named '{name}'" for name in _repeated(list(names))]
        problems += self.joints.problems(names) if self.joints else ()
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _hangs_on_itself(name: str, above: dict[str, str]) -> bool:
    at, seen = above.get(name), set[str]()
    while at is not None and at not in seen:
        if at == name:
            return True
        seen.add(at)
        at = above.get(at)
    return False
