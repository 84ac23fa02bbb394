"""The layers that a USD stage is made of, looked at one by one before they are composed."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pathlib import Path

from pxr import Sdf, Tf

from jobs.geometry.errors import MeshFileTooLarge, ReferenceLeavesFolder, UnreadableMesh, UnsupportedMesh

_SUFFIXES = (".usd", ".usda", ".usdc")
_MOST_LAYERS = 256


def open_layers(name: str, root: Path, max_file_bytes: int) -> list[Sdf.Layer]:
    """The root layer and all that it refers to, each in the root's folder or below. They stay open while they are held.

    Raises:
        ReferenceLeavesFolder: A sub-layer, reference or payload is elsewhere.
        MeshFileTooLarge: All of them together.
        UnsupportedMesh: A reference that only composing would tell (an expression, a value clip, an archive).
        UnreadableMesh: A layer is missing or damaged.
    """
    found: dict[Path, Sdf.Layer] = {}
    waiting, total = [root], 0
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        total += path.stat().st_size
        if total > max_file_bytes:
            raise MeshFileTooLarge(name, total, max_file_bytes)
        if len(found) == _MOST_LAYERS:
            raise UnreadableMesh(name, f"it is made of more than {_MOST_LAYERS} layers")
        found[path] = _open(name, path)
        _require_no_clips(name, found[path])
        elsewhere = [reference for reference in found[path].GetCompositionAssetDependencies() if reference]
        waiting += [_locate_layer(name, root.parent, path, reference) for reference in elsewhere]
    return list(found.values())


def locate_beside(name: str, folder: Path, layer: Path, reference: str) -> Path:
    """The file below `folder` that `reference` means in `layer`; symbolic links do not lead out either.

    Raises:
        ReferenceLeavesFolder: There is none that could be meant.
    """
    try:
        target = (layer.parent / reference).resolve()
    except (OSError, ValueError) as error:
        raise ReferenceLeavesFolder(name, reference) from error
    if not target.is_relative_to(folder) or "://" in reference:
        raise ReferenceLeavesFolder(name, reference)
    return target


def _locate_layer(name: str, folder: Path, layer: Path, reference: str) -> Path:
    if "`" in reference or ":SDF_FORMAT_ARGS:" in reference:
        raise UnsupportedMesh(name, f"the computed reference '{reference[:80]}'")
    target = locate_beside(name, folder, layer, reference)
    if target.suffix.lower() not in _SUFFIXES:
        raise UnsupportedMesh(name, f"a reference to '{reference[:80]}', which is not a plain USD layer")
    if not target.is_file():
        raise UnreadableMesh(name, f"its layer '{reference}' is not there; give it beside the mesh")
    return target


def _open(name: str, path: Path) -> Sdf.Layer:
    try:
        layer = Sdf.Layer.FindOrOpen(str(path))
    except Tf.ErrorException as error:
        raise UnreadableMesh(name, f"its layer '{path.name}' is damaged") from error
    if layer is None:
        raise UnreadableMesh(name, f"its layer '{path.name}' is not USD")
    return layer


def _require_no_clips(name: str, layer: Sdf.Layer) -> None:
    """Clips name layers that are opened only when a value is asked for."""
    found: list[Sdf.Path] = []

    def look(path: Sdf.Path) -> None:
        spec = layer.GetObjectAtPath(path)
        if isinstance(spec, Sdf.PrimSpec) and spec.HasInfo("clips"):
            found.append(path)

    layer.Traverse(Sdf.Path.absoluteRootPath, look)
    if found:
        raise UnsupportedMesh(name, f"value clips ({found[0]})")
