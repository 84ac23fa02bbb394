"""Ready is what has just worked."""

import pytest

from jobs.contracts.report import Readiness
from jobs.reconstruction.formats.writer import WRITERS
from jobs.reconstruction.readiness import probe
from jobs.reconstruction.reconstructor import PROVIDERS

OUTSIDE = ("step", "fbx")
"""Formats that need what `make setup` does not install."""


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Readiness]:
    return {(capability.kind, capability.name): capability for capability in probe()}


def test_every_provider_is_exercised_and_ready(found: dict[tuple[str, str], Readiness]) -> None:
    providers = {name: capability for (kind, name), capability in found.items() if kind == "provider"}
    assert set(providers) == set(PROVIDERS)
    for capability in providers.values():
        assert capability.ready, capability.detail
        assert capability.seconds > 0
    assert "of the true one" in providers["visual_hull"].detail


def test_every_format_is_written_and_read_back_or_says_what_it_lacks(
    found: dict[tuple[str, str], Readiness],
) -> None:
    formats = {name: capability for (kind, name), capability in found.items() if kind == "format"}
    assert set(formats) == set(WRITERS)
    for name, capability in formats.items():
        assert capability.ready or (name in OUTSIDE and capability.remedy), capability.detail
