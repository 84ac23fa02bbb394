"""Decomposition happens in a process that may die."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.repair import RepairSettings
from jobs.contracts.simready import ColliderSettings
from jobs.geometry.closed import to_manifold
from jobs.runtime.workspace import silent
from jobs.simready.collision.colliders import build_colliders
from jobs.simready.collision.decomposition import METHODS, decompose_convex
from jobs.simready.errors import DecompositionCrashed, DecompositionEmpty, DecompositionTimedOut
from jobs.simready.repair.solid import repair

SETTINGS = ColliderSettings()


def test_a_crash_is_typed_and_names_the_signal(tmp_path: Path) -> None:
    with pytest.raises(DecompositionCrashed, match="'misbehaving' died with SIGABRT"):
        decompose_convex("tests.simready.misbehaving:abort", trimesh.creation.box(), SETTINGS, 0, tmp_path)


def test_a_complaint_is_typed_and_quoted(tmp_path: Path) -> None:
    with pytest.raises(DecompositionCrashed, match=r"exit code 1 \(ValueError: mesh not liked"):
        decompose_convex("tests.simready.misbehaving:complain", trimesh.creation.box(), SETTINGS, 0, tmp_path)


def test_a_decomposition_may_find_nothing(tmp_path: Path) -> None:
    function = "tests.simready.misbehaving:give_nothing"
    assert decompose_convex(function, trimesh.creation.box(), SETTINGS, 0, tmp_path) == ()


def test_a_hang_is_typed_and_ended(tmp_path: Path) -> None:
    settings = ColliderSettings(time_limit_s=1.0)
    with pytest.raises(DecompositionTimedOut, match="not done within 1 s"):
        decompose_convex("tests.simready.misbehaving:hang", trimesh.creation.box(), settings, 0, tmp_path)


def test_processor_time_ends_a_decomposition_that_nobody_waits_for(tmp_path: Path) -> None:
    source = tmp_path / "in.npz"
    mesh = trimesh.creation.box()
    np.savez(source, vertices_m=mesh.vertices, faces=mesh.faces, settings=SETTINGS.to_json().decode(), seed=0)
    command = [sys.executable, "-m", "jobs.simready.collision.decomposer", "tests.simready.misbehaving:spin"]
    done = subprocess.run([*command, str(source), str(tmp_path / "out.npz"), "1"], check=False)
    assert done.returncode < 0


def test_a_method_that_gives_nothing_is_noted_and_the_next_one_is_taken(
    angle_iron: trimesh.Trimesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(METHODS, "planes", "tests.simready.misbehaving:give_nothing")
    colliders = build_colliders(to_manifold(angle_iron), SETTINGS, 0, tmp_path, silent)
    assert [failure.error for failure in colliders.failures if failure.provider == "planes"] == [
        str(DecompositionEmpty("planes"))
    ]
    assert colliders.shapes


@pytest.mark.parametrize("method", METHODS)
def test_an_angle_iron_is_cut_into_convex_parts(method: str, angle_iron: trimesh.Trimesh, tmp_path: Path) -> None:
    hulls = decompose_convex(METHODS[method], angle_iron, SETTINGS, 0, tmp_path)
    volume = sum(trimesh.convex.convex_hull(hull).volume for hull in hulls)
    assert len(hulls) >= 2
    assert volume == pytest.approx(angle_iron.volume, rel=0.1)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_hulls(method: str, angle_iron: trimesh.Trimesh, tmp_path: Path) -> None:
    first, second = (decompose_convex(METHODS[method], angle_iron, SETTINGS, 3, tmp_path) for _ in range(2))
    assert [hull.tobytes() for hull in first] == [hull.tobytes() for hull in second]


def test_when_every_decomposition_fails_the_hull_is_left_and_the_failures_are_told(
    angle_iron: trimesh.Trimesh, tmp_path: Path
) -> None:
    solid = repair(angle_iron, RepairSettings(), "angle iron").solid
    colliders = build_colliders(solid, ColliderSettings(time_limit_s=0.01), 0, tmp_path, silent)
    assert colliders.method == "hull"
    assert [failure.provider for failure in colliders.failures] == ["planes", "vhacd", "coacd"]
