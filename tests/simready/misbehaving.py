"""Decompositions that do what native libraries were seen to do. Run in the decomposer's process."""

from __future__ import annotations

import os
import threading
from typing import Any, NoReturn


def abort(*arguments: Any) -> NoReturn:
    os.abort()


def hang(*arguments: Any) -> None:
    threading.Event().wait()


def complain(*arguments: Any) -> NoReturn:
    raise ValueError("mesh not liked")


def give_nothing(*arguments: Any) -> list[Any]:
    return []


def spin(*arguments: Any) -> NoReturn:
    while True:
        pass
