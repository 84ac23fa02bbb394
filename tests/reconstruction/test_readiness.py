"""Ready is what has just worked."""

from jobs.reconstruction.readiness import probe
from jobs.reconstruction.reconstructor import PROVIDERS


def test_every_provider_is_exercised_and_ready() -> None:
    found = {capability.name: capability for capability in probe()}
    assert set(found) == set(PROVIDERS)
    for capability in found.values():
        assert capability.ready, capability.detail
        assert capability.kind == "provider"
        assert capability.seconds > 0
    assert "of the true one" in found["visual_hull"].detail
