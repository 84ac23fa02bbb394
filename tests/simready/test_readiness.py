"""Readiness is a result, not a promise."""

from __future__ import annotations

from jobs.simready.readiness import probe


def test_the_probe_makes_and_drops_a_box() -> None:
    readiness, *_ = probe()
    assert readiness.ready, readiness.detail
    assert "0.100 kg" in readiness.detail
