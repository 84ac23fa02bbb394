"""What MJCF and URDF have in common as XML."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.simready.inspection.violation import Violation


def parse(path: Path, fmt: str) -> ElementTree.Element | Violation:
    """The root element, or why there is none."""
    try:
        return ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        return Violation("static_files", fmt, f"cannot be read: {error}")


def numbers(element: ElementTree.Element | None, attribute: str, default: str) -> NDArray[np.float64]:
    """Numbers of an attribute; NaN for what is no number."""
    text = default if element is None else element.get(attribute, default)
    return np.array([_number(word) for word in text.split()])


def number(element: ElementTree.Element | None, attribute: str, default: float = np.nan) -> float:
    """The one number of an attribute; NaN for anything else."""
    found = numbers(element, attribute, str(default))
    return float(found[0]) if len(found) == 1 else np.nan


def inspect_names(elements: Iterable[ElementTree.Element], fmt: str) -> Iterator[Violation]:
    """No two things of one kind have one name."""
    counts = Counter((element.tag, element.get("name")) for element in elements if element.get("name") is not None)
    for (tag, name), count in sorted(counts.items()):
        if count > 1:
            yield Violation("static_names", fmt, f"has {count} of <{tag} name='{name}'>")


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan
