"""Lets lerobot be imported without torchvision, whose wheels insist on one build of torch.

lerobot imports it for image augmentation and for a video backend of its own; the check uses neither (it decodes with
torchcodec), and whatever did use them would fail on these empty classes.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

_MODULES = ("torchvision", "torchvision.transforms", "torchvision.transforms.v2")


class _StandIn(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def install() -> None:
    for name in _MODULES:
        sys.modules[name] = _StandIn(name)
