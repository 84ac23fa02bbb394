"""Only what was measured and lies within bounds passes."""

from __future__ import annotations

import itertools
import math

import pytest

from jobs.contracts.check import CheckResult, Device
from jobs.contracts.document import JobName
from jobs.contracts.manifest import Manifest, Provenance
from jobs.contracts.profile import GatePolicy, Profile, Requirement, Verdict
from jobs.runtime import paths
from jobs.runtime.errors import DocumentDamaged
from jobs.runtime.gate import decide, load_verdict, publish_verdict
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import Store

WITHIN = CheckResult(name="size", subject="mug", value=1.0, unit="m")


def test_within_bounds_passes() -> None:
    verdict = _decide([WITHIN], [Requirement(check="size", at_least=1.0, at_most=1.0)])
    assert verdict.passed
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("checks", "requirement", "reason"),
    [
        ([], Requirement(check="size", at_least=0), "size was not measured"),
        ([WITHIN], Requirement(check="mass", at_least=0), "mass was not measured"),
        ([WITHIN], Requirement(check="size", at_least=1.1), "1 m is below 1.1 m"),
        ([WITHIN], Requirement(check="size", at_most=0.9), "1 m is above 0.9 m"),
        ([WITHIN], Requirement(check="size", at_least=0, device="cuda"), "was measured on cpu, cuda is required"),
        (
            [CheckResult(name="size", subject="mug", error="the ruler broke")],
            Requirement(check="size", at_least=0),
            "could not be measured: the ruler broke",
        ),
        (
            [WITHIN, CheckResult(name="size", subject="cup", value=9.0)],
            Requirement(check="size", at_most=2),
            "size of cup: 9 is above 2",
        ),
    ],
)
def test_anything_else_rejects_and_says_why(checks: list[CheckResult], requirement: Requirement, reason: str) -> None:
    verdict = _decide(checks, [requirement])
    assert not verdict.passed
    assert any(reason in item for item in verdict.reasons), verdict.reasons


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_no_measurement_and_gets_no_verdict(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        CheckResult(name="size", subject="mug", value=value)
    fields = {"name": "size", "subject": "mug", "unit": "m", "device": "cpu", "error": None, "detail": ""}
    check = CheckResult.model_construct(**fields, value=value)
    for requirement in (Requirement(check="size", at_least=-1e300), Requirement(check="size", at_most=1e300)):
        with pytest.raises(ValueError, match="finite"):
            _decide([check], [requirement])


def test_a_profile_without_a_gate_for_the_job_rejects() -> None:
    verdict = decide(_manifest([WITHIN]), _profile([Requirement(check="size", at_least=0)], job="simready"))
    assert not verdict.passed
    assert "requires nothing" in verdict.reasons[0]


def test_a_requirement_on_one_maker_binds_only_that_one() -> None:
    requirements = [
        Requirement(check="size", at_least=0),
        Requirement(check="views", at_least=8, makers=("visual_hull",)),
    ]
    assert decide(_manifest([WITHIN], maker="mesh_import"), _profile(requirements)).passed
    assert not decide(_manifest([WITHIN], maker="visual_hull"), _profile(requirements)).passed


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ([CheckResult(name="moves_freely", subject="door", value=0)], False),
        ([CheckResult(name="moves_freely", subject="mug", value=1)], True),
        ([CheckResult(name="moves_freely", subject="mug", error="nobody looked")], True),
        ([], True),
    ],
)
def test_a_condition_lifts_a_requirement_only_where_it_measured_zero(condition: list[CheckResult], held: bool) -> None:
    requirements = [
        Requirement(check="size", at_least=0),
        Requirement(check="settle_rate", at_least=1, when="moves_freely"),
    ]
    verdict = _decide([WITHIN, *condition], requirements)
    assert verdict.passed is not held
    assert verdict.reasons == (("settle_rate was not measured",) if held else ())


def test_requirements_on_other_makers_alone_let_nothing_through() -> None:
    requirements = [Requirement(check="size", at_least=0, makers=("visual_hull",))]
    verdict = decide(_manifest([WITHIN], maker="mesh_import"), _profile(requirements))
    assert not verdict.passed
    assert "requires nothing of 'reconstruction' by 'mesh_import'" in verdict.reasons[0]


def test_a_mesh_by_a_provider_that_the_profile_does_not_admit_is_rejected() -> None:
    verdict = decide(_manifest([WITHIN], maker="shap_e"), _profile([Requirement(check="size", at_least=0)]))
    assert not verdict.passed
    assert "admits no reconstruction by 'shap_e', only by visual_hull, mesh_import" in verdict.reasons[0]


def test_episodes_by_a_simulator_that_the_profile_does_not_admit_are_rejected() -> None:
    """A committed output is found again under every profile, so the gate has to look at who simulated."""
    production = load_profile("production")
    enough = [
        CheckResult(name=item.check, subject="mug", value=item.at_least, device=item.device or "cpu")
        for item in production.gates["episodes"].requirements
    ]
    recorded = _manifest(enough, maker="isaac_sim").model_copy(update={"job": "episodes"})
    assert decide(recorded, production).passed
    elsewhere = recorded.model_copy(update={"provenance": Provenance(maker="mujoco")})
    verdict = decide(elsewhere, production)
    assert not verdict.passed
    assert "admits no episodes by 'mujoco', only by isaac_sim, genie_sim, mujoco_warp" in verdict.reasons[0]


def test_a_policy_without_requirements_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="at least 1 item"):
        GatePolicy(requirements=())


def test_passing_is_exactly_all_measured_all_within_bounds_all_on_the_device() -> None:
    values: tuple[float | None, ...] = (None, -1.0, 0.0, 0.5, 1.0, 2.0)
    bounds: tuple[float | None, ...] = (None, 0.0, 1.0)
    devices: tuple[Device | None, ...] = (None, "cpu", "cuda")
    for pair in itertools.product(values, repeat=2):
        for at_least, at_most, device in itertools.product(bounds, bounds, devices):
            if at_least is None and at_most is None:
                continue
            checks = [
                CheckResult(
                    name="size", subject=f"s{number}", value=value, error=None if value is not None else "broke"
                )
                for number, value in enumerate(pair)
            ]
            expected = all(
                value is not None
                and (at_least is None or value >= at_least)
                and (at_most is None or value <= at_most)
                and device in (None, "cpu")
                for value in pair
            )
            requirement = Requirement(check="size", at_least=at_least, at_most=at_most, device=device)
            assert _decide(checks, [requirement]).passed is expected


def test_a_verdict_is_found_under_exactly_its_profile(store: Store) -> None:
    loose, strict = (_profile([Requirement(check="size", at_least=bound)]) for bound in (0, 1))
    manifest = _manifest([WITHIN])
    verdict = decide(manifest, loose)
    publish_verdict(store, verdict)
    publish_verdict(store, verdict)
    assert load_verdict(store, manifest.ref, loose) == verdict
    assert load_verdict(store, manifest.ref, strict) is None


def test_a_new_verdict_about_new_content_takes_the_place_of_the_old(store: Store) -> None:
    profile = _profile([Requirement(check="size", at_least=1)])
    bad = _manifest([CheckResult(name="size", subject="mug", value=0.0)])
    publish_verdict(store, decide(bad, profile))
    publish_verdict(store, decide(_manifest([WITHIN]), profile))
    verdict = load_verdict(store, bad.ref, profile)
    assert verdict is not None
    assert verdict.passed


def test_a_damaged_verdict_is_no_verdict(store: Store) -> None:
    profile, manifest = _profile([Requirement(check="size", at_least=1)]), _manifest([WITHIN])
    path = paths.verdict(profile.name, profile.digest(), manifest.job, manifest.key)
    store.create(path, b'{"passed": true}')
    with pytest.raises(DocumentDamaged, match="not a valid Verdict"):
        load_verdict(store, manifest.ref, profile)
    publish_verdict(store, decide(manifest, profile))
    assert load_verdict(store, manifest.ref, profile) is not None


def _decide(checks: list[CheckResult], requirements: list[Requirement]) -> Verdict:
    return decide(_manifest(checks), _profile(requirements))


def _manifest(checks: list[CheckResult], maker: str = "mesh_import") -> Manifest:
    manifest = Manifest(
        schema_version=1,
        job="reconstruction",
        key="a" * 64,
        request_sha256="b" * 64,
        inputs=(),
        artifacts=(),
        checks=(),
        provenance=Provenance(maker=maker),
    )
    return manifest.model_copy(update={"checks": tuple(checks)})


def _profile(requirements: list[Requirement], job: JobName = "reconstruction") -> Profile:
    return Profile(
        schema_version=1,
        name="test",
        purpose="tests",
        training_data=False,
        simulators=("mujoco",),
        simulator_device="cpu",
        providers=("visual_hull", "mesh_import"),
        gates={job: GatePolicy(requirements=tuple(requirements))},
    )
