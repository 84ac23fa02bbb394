"""Ways to change XML and OBJ files, for faults."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.random import Generator

from jobs.simready.inspection.inspection import AssetFiles
from tests.simready.faults.fault import Fault

Element = ElementTree.Element
Change = Callable[[Element], object]
Change3 = Callable[[np.ndarray], np.ndarray]


def xml_fault(fmt: str, check: str, change: Change, jointed: bool = False) -> Fault:
    """`change` the root element."""

    def put(asset: AssetFiles, random: Generator) -> None:
        tree = ElementTree.parse(asset.files[fmt])
        change(tree.getroot())
        tree.write(asset.files[fmt])

    return Fault(check, put, jointed)


def first(root: Element, path: str) -> Element:
    found = root.find(path)
    assert found is not None, path
    return found


def attributes(path: str, **values: str) -> Change:
    """Of the first element there."""
    return lambda root: first(root, path).attrib.update(values)


def without(path: str) -> Change:
    """The first element there."""

    def change(root: Element) -> None:
        wanted = first(root, path)
        next(parent for parent in root.iter() if wanted in list(parent)).remove(wanted)

    return change


def times(path: str, factor: float, *names: str) -> Change:
    """Every number of the attributes."""

    def change(root: Element) -> None:
        element = first(root, path)
        for name in names:
            element.set(name, " ".join(repr(factor * float(word)) for word in element.get(name, "").split()))

    return change


def mesh_fault(fmt: str, check: str, pattern: str, change: Change3) -> Fault:
    """`change` the vertices (n, 3) of the first OBJ file whose name has `pattern` in it."""

    def put(asset: AssetFiles, random: Generator) -> None:
        path = sorted(asset.files[fmt].parent.rglob(f"*{pattern}*.obj"))[0]
        lines = path.read_text().splitlines()
        rows = [index for index, line in enumerate(lines) if line.startswith("v ")]
        vertices = change(np.array([lines[index].split()[1:] for index in rows], float))
        for index, vertex in zip(rows, vertices.tolist(), strict=True):
            lines[index] = "v " + " ".join(map(repr, vertex))
        path.write_text("\n".join(lines) + "\n")

    return Fault(check, put)


def outside(fmt: str, path: str, attribute: str) -> Fault:
    """The file that an element refers to is moved out of the package, and referred to there."""

    def put(asset: AssetFiles, random: Generator) -> None:
        tree = ElementTree.parse(asset.files[fmt])
        element = first(tree.getroot(), path)
        source = asset.files[fmt].parent / element.get(attribute, "")
        source.rename(asset.root / source.name)
        up = "../" * len(asset.files[fmt].relative_to(asset.root).parent.parts)
        element.set(attribute, f"{up}{source.name}")
        tree.write(asset.files[fmt])

    return Fault("static_references", put)


def cut_off(fmt: str) -> Fault:
    def put(asset: AssetFiles, random: Generator) -> None:
        path: Path = asset.files[fmt]
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return Fault("static_files", put)
