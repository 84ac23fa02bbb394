"""A vision server for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simready.vision.server import VisionServer, running_vision_server


@pytest.fixture
def vision_server() -> Iterator[VisionServer]:
    with running_vision_server() as server:
        yield server
