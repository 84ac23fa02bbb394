"""Input that cannot be worked with, case by case; each module here lists its own as `CASES`.

A case spoils a small, sound capture and says which error must name it. `test_bad_inputs` finds the modules by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.runtime.errors import BadInput
from tests.reconstruction.conftest import Bench


@dataclass(frozen=True)
class BadInputCase:
    """`make` writes into an empty folder, uploads through the bench and returns the request for it.

    `says`: patterns (regular expressions) that the message must hold: the file or thing at fault, and what to do.
    """

    name: str
    make: Callable[[Path, Bench], ReconstructionRequest]
    error: type[BadInput]
    says: tuple[str, ...]


def find_cases() -> Iterator[BadInputCase]:
    """Those of every module in this package that has `CASES`."""
    for module in pkgutil.iter_modules(__path__):
        yield from getattr(importlib.import_module(f"{__name__}.{module.name}"), "CASES", ())
