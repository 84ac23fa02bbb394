"""The files of thresholds, and that they are about checks which somebody measures."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import jobs
from jobs.contracts.document import JobName
from jobs.contracts.profile import Profile, Requirement
from jobs.runtime.errors import UnknownProfile
from jobs.runtime.profiles import known_profiles, load_profile
from jobs.runtime.registry import REQUESTS, home

ROOT = Path(jobs.__file__).parent
STRICTNESS = ("demo", "lab", "production")


def test_the_known_profiles_are_these() -> None:
    assert known_profiles() == tuple(sorted(STRICTNESS))


@pytest.mark.parametrize("name", STRICTNESS)
def test_every_profile_gates_every_job(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert set(profile.gates) == set(REQUESTS)


@pytest.mark.parametrize("name", ["demoo", "", "../demo", "demo.toml", "Demo"])
def test_an_unknown_profile_is_refused(name: str) -> None:
    with pytest.raises(UnknownProfile, match="Known: demo, lab, production"):
        load_profile(name)


@pytest.mark.parametrize("job", REQUESTS)
@pytest.mark.parametrize("name", STRICTNESS)
def test_every_required_check_is_named_in_the_job_that_measures_it(name: str, job: JobName) -> None:
    required = {requirement.check for requirement in load_profile(name).gates[job].requirements}
    assert required - _strings(ROOT / home(job)) == set()


@pytest.mark.parametrize("name", STRICTNESS)
def test_what_every_provider_is_held_to_is_required_without_a_maker(name: str) -> None:
    profile = load_profile(name)
    for job in REQUESTS:
        assert any(not requirement.makers for requirement in profile.gates[job].requirements)


@pytest.mark.parametrize(("loose", "strict"), [("demo", "lab"), ("lab", "production")])
def test_a_stricter_profile_is_nowhere_looser(loose: str, strict: str) -> None:
    """A maker that the stricter one does not admit at all need not be held to anything there."""
    profile = load_profile(strict)
    for job in REQUESTS:
        strict_ones = {
            (item.check, maker): item for item in profile.gates[job].requirements for maker in item.makers or ("",)
        }
        for item in load_profile(loose).gates[job].requirements:
            for maker in item.makers or ("",):
                if maker in ("", *profile.providers):
                    _assert_no_looser(strict_ones[item.check, maker], item)


def test_production_is_for_gpu_simulators_only() -> None:
    production = load_profile("production")
    assert production.simulator_device == "cuda"
    assert "mujoco" not in production.simulators
    assert any(item.device == "cuda" for item in production.gates["episodes"].requirements)


def test_only_demo_is_not_for_training() -> None:
    assert [load_profile(name).training_data for name in STRICTNESS] == [False, True, True]


def test_a_profiles_hash_changes_with_a_threshold() -> None:
    demo = load_profile("demo")
    changed = Profile.model_validate({**demo.model_dump(), "minimum_objects": 2})
    assert changed.digest() != demo.digest()


def _assert_no_looser(strict: Requirement, loose: Requirement) -> None:
    if loose.at_least is not None:
        assert strict.at_least is not None
        assert strict.at_least >= loose.at_least, strict.check
    if loose.at_most is not None:
        assert strict.at_most is not None
        assert strict.at_most <= loose.at_most, strict.check


def _strings(folder: Path) -> set[str]:
    return {
        node.value
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
