"""What can be wrong with a mesh or its file."""

from __future__ import annotations

from collections.abc import Iterable

from jobs.runtime.errors import BadInput, Unavailable


class UnknownMeshFormat(BadInput):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"'{name}' is not a mesh format read here. Convert it to one of {', '.join(sorted(known))}.")


class UnitsNotStated(BadInput):
    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' does not say what its units are. Say what one unit is: --units m, cm, mm or in.")


class UnitsContradictFormat(BadInput):
    def __init__(self, name: str, units: str, stated_m: float) -> None:
        super().__init__(
            f"'{name}' says that one unit is {stated_m:.6g} m, but units '{units}' were given. "
            "Leave the units out, or scale the mesh and export it again."
        )


class UnsupportedMesh(BadInput):
    """Well-formed, but made of something that is not read here."""

    def __init__(self, name: str, feature: str) -> None:
        super().__init__(f"'{name}' uses {feature}, which is not read here. Export it as a plain triangle mesh.")


class MeshFileTooLarge(BadInput):
    def __init__(self, name: str, seen_bytes: int, allowed_bytes: int) -> None:
        super().__init__(
            f"'{name}' is {seen_bytes:,} bytes; at most {allowed_bytes:,} are read. "
            "Simplify the mesh or raise the limit."
        )


class TooManyFaces(BadInput):
    def __init__(self, name: str, seen: int, allowed: int) -> None:
        super().__init__(f"'{name}' has {seen:,} faces; at most {allowed:,} are read. Simplify it or raise the limit.")


class EmptyMesh(BadInput):
    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' has no faces. Export a triangle mesh; points and curves are not enough.")


class UnreadableMesh(BadInput):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"'{name}' cannot be read as a mesh: {reason}. It may be cut off or damaged; export it again.")


class InvalidVertices(BadInput):
    def __init__(self, name: str, count: int, first: int) -> None:
        super().__init__(
            f"'{name}' has {count:,} vertices with NaN, infinite or absurdly large coordinates, "
            f"the first is number {first:,}. Remove them and export the mesh again."
        )


class ReferenceLeavesFolder(BadInput):
    def __init__(self, name: str, reference: str) -> None:
        super().__init__(
            f"'{name}' refers to '{reference}', which is not in its own folder. "
            "Put the file beside the mesh and refer to it by its name."
        )


class TextureTooLarge(BadInput):
    def __init__(self, name: str, texture: str, seen_pixels: int, allowed_pixels: int) -> None:
        super().__init__(
            f"The texture '{texture}' of '{name}' has {seen_pixels:,} pixels; at most {allowed_pixels:,} are decoded. "
            "Scale it down or raise the limit."
        )


class OpenMesh(BadInput):
    def __init__(self, name: str, open_edges: int, reason: str = "") -> None:
        edges = f"{open_edges:,} open or wrongly turned edges" if open_edges or not reason else ""
        seen = "; ".join(filter(None, (edges, reason)))
        super().__init__(
            f"'{name}' does not enclose a volume: {seen}. Close the holes, turn the faces outward and export it again."
        )


class UsdMissing(Unavailable):
    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' is USD, and the package 'usd-core' is not installed. Run `make setup`.")
