"""An asset is dropped in another simulator too, and whatever goes wrong there is said."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
import trimesh

from jobs.contracts.simready import CrosscheckSettings
from jobs.runtime.errors import UnknownName
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from jobs.simready.crosscheck.errors import NewtonCrashed, NewtonTimedOut, NewtonUnreadable
from jobs.simready.crosscheck.newton import Newton
from jobs.simready.crosscheck.peer import Seen, Start
from jobs.simulation.simulator import SimulatorUnavailable
from tests.simready.conftest import Finished, RunJob

BOX = trimesh.creation.box((0.1, 0.06, 0.04))
NEWTON = CrosscheckSettings(simulators=("newton",))
ASKED = {"crosscheck": NEWTON, "material": "wood"}
START = Start((0.0, 0.0, 0.1), (0.0, 0.0, 0.0, 1.0))
EYE = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
BODY = {"mass_kg": 0.156, "center_of_mass_m": [0, 0, 0], "inertia_kg_m2": EYE}
REST = {"origin_m": [0, 0, 0.02], "orientation_xyzw": [0, 0, 0, 1]}


def a_program_that(tmp_path: Path, does: str) -> Path:
    """It passes for a Python with Newton until it is asked to drop something; the result file is `$5`."""
    path = tmp_path / "not-newton"
    path.write_text(f'#!/bin/sh\nif [ "$3" = version ]; then echo Newton 0.0; exit 0; fi\n{does}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_without_newton_nothing_is_begun(run_job: RunJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SIMFOUNDRY_NEWTON", raising=False)
    with pytest.raises(SimulatorUnavailable, match="SIMFOUNDRY_NEWTON is not set") as caught:
        run_job(BOX, **ASKED)
    assert caught.value.exit_code == 69
    assert not list((tmp_path / "a" / "store" / "outputs").rglob("asset.json"))


@pytest.mark.parametrize(
    ("program", "seen"),
    [
        ("/nowhere/python", "cannot be run"),
        ("/bin/true", "does not say that it has Newton"),
        ("/bin/false", "exit code 1"),
    ],
)
def test_what_is_no_newton_is_told_apart(program: str, seen: str) -> None:
    with pytest.raises(SimulatorUnavailable, match=seen):
        Newton(python=Path(program)).require_available()


def test_an_unknown_simulator_is_refused(run_job: RunJob) -> None:
    with pytest.raises(UnknownName, match=r"No simulator to cross-check in named 'newtn'.*Did you mean 'newton'"):
        run_job(BOX, crosscheck=CrosscheckSettings(simulators=("newtn",)))


@pytest.mark.parametrize(
    ("does", "error"),
    [
        ("echo out of memory; exit 3", NewtonCrashed),
        ("kill -SEGV $$", NewtonCrashed),
        ("sleep 60", NewtonTimedOut),
        ("exit 0", NewtonUnreadable),
        ('echo "{" > "$5"', NewtonUnreadable),
        ('echo "[]" > "$5"', NewtonUnreadable),
        ('echo \'{"bodies": {}, "rests": []}\' > "$5"', NewtonUnreadable),
        ('echo \'{"bodies": [], "rests": []}\' > "$5"', NewtonUnreadable),
    ],
)
def test_whatever_it_does_wrong_has_a_name(tmp_path: Path, does: str, error: type[Exception]) -> None:
    newton = Newton(python=a_program_that(tmp_path, does))
    settings = CrosscheckSettings(simulators=("newton",), time_limit_s=2)
    with pytest.raises(error, match="nothing of it counts as seen"):
        newton.drop(tmp_path / "box.usd", [START], settings, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"rests": [{**REST, "origin_m": [0, 0]}]},
        {"rests": [{**REST, "origin_m": [0, 0, float("nan")]}]},
        {"rests": [REST, REST]},
        {"bodies": {"box": {**BODY, "mass_kg": float("inf")}}},
        {"bodies": {"box": {**BODY, "inertia_kg_m2": [1, 2, 3]}}},
    ],
)
def test_numbers_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    document = {"bodies": {"box": BODY}, "rests": [REST]}
    assert Seen.from_dict(document, 1).bodies["box"].mass_kg == 0.156
    with pytest.raises(ValueError, match=r"finite|rests of"):
        Seen.from_dict({**document, **change}, 1)


def test_a_newton_that_breaks_is_a_rejection(run_job: RunJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIMFOUNDRY_NEWTON", str(a_program_that(tmp_path, "kill -SEGV $$")))
    finished = run_job(BOX, **ASKED)
    assert "SIGSEGV" in (finished.check("newton_rest").error or "")
    assert reasons(finished) == {"newton_body", "newton_rest"}


def test_a_newton_that_sees_another_body_elsewhere_is_a_rejection(
    run_job: RunJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = json.dumps({"bodies": {"thing": BODY}, "rests": [REST, REST]})
    monkeypatch.setenv("SIMFOUNDRY_NEWTON", str(a_program_that(tmp_path, f"echo '{result}' > \"$5\"")))
    finished = run_job(BOX, **ASKED)
    assert finished.check("crosschecked").detail == "newton 0.0"
    assert (finished.check("newton_body").value or 0) > 1
    assert (finished.check("newton_rest").value or 0) > 0.05
    assert reasons(finished) == {"newton_body", "newton_rest"}


def test_nobody_has_to_ask(run_job: RunJob) -> None:
    finished = run_job(BOX, material="wood")
    assert finished.check("crosschecked").value == 0
    assert reasons(finished) == set()


@pytest.mark.skipif("SIMFOUNDRY_NEWTON" not in os.environ, reason="SIMFOUNDRY_NEWTON is not set; see `make interop`")
def test_a_box_and_a_ball_behave_in_newton_as_in_mujoco(run_job: RunJob) -> None:
    box = run_job(BOX, **ASKED)
    assert (box.check("newton_body").value or 1) < 1e-5
    assert (box.check("newton_rest").value or 1) < 0.005
    assert reasons(box) == set()
    ball = run_job(trimesh.creation.icosphere(4, 0.03), "ball", **ASKED)
    assert ball.check("crosschecked_rest").value == 0
    assert (ball.check("newton_body").value or 1) < 1e-5


def reasons(finished: Finished) -> set[str]:
    return {reason.split()[0] for reason in decide(finished.manifest, load_profile("lab")).reasons}
