"""Isaac Sim is believed only by what it proves. Small programs play installations of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.simulation.isaac_sim import IsaacSim
from jobs.simulation.simulator import SimulatorUnavailable

CHECK = 'if [ "$1" = "-m" ]; then echo "System checking result: {result}"; exit {code}; fi\n'
PROOF = (
    '{{"nonce": "{nonce}", "version": "5.1.0", "fall_s": 0.5, "fall_m": {fall}, "picture_mean": 90, '
    '"picture_std": {std}}}'
)


def install(root: Path, script: str) -> IsaacSim:
    """An installation whose `python.sh` is this shell script."""
    launcher = root / "python.sh"
    launcher.write_text(f"#!/bin/sh\n{script}")
    launcher.chmod(0o755)
    return IsaacSim(root, check_limit_s=20.0, probe_limit_s=20.0)


def answer(nonce: str = "$3", fall: float = 1.226, std: float = 30.0) -> str:
    """A probe that passes the check and writes its result with these values."""
    proof = PROOF.format(nonce=nonce, fall=fall, std=std).replace('"', '\\"')
    return CHECK.format(result="PASSED", code=0) + f'echo "{proof}" > "$2"\n'


def refusal(simulator: IsaacSim) -> str:
    """What the probe saw; it must not be ready."""
    readiness = simulator.probe()
    assert not readiness.ready
    assert readiness.remedy
    return readiness.detail


def test_absent_installation_is_named(tmp_path: Path) -> None:
    assert f"there is no {tmp_path / 'python.sh'}" in refusal(IsaacSim(tmp_path))


def test_launcher_that_cannot_be_executed_is_named(tmp_path: Path) -> None:
    (tmp_path / "python.sh").write_text("#!/bin/sh\n")
    assert "is not executable" in refusal(IsaacSim(tmp_path))


def test_launcher_that_is_no_program_is_named(tmp_path: Path) -> None:
    simulator = install(tmp_path, "")
    (tmp_path / "python.sh").write_bytes(b"\x00\x01not a program")
    assert "cannot be run" in refusal(simulator)


def test_failed_compatibility_check_counts_whatever_its_exit_code(tmp_path: Path) -> None:
    simulator = install(tmp_path, CHECK.format(result="FAILED", code=0))
    assert "ended with: System checking result: FAILED" in refusal(simulator)


def test_silent_compatibility_check_fails(tmp_path: Path) -> None:
    assert "it said nothing" in refusal(install(tmp_path, "exit 0\n"))


def test_hanging_probe_is_stopped(tmp_path: Path) -> None:
    install(tmp_path, CHECK.format(result="PASSED", code=0) + "sleep 600\n")
    assert "our probe did not end within 1 s" in refusal(IsaacSim(tmp_path, probe_limit_s=1.0))


def test_exit_code_zero_without_a_result_proves_nothing(tmp_path: Path) -> None:
    assert "it left no result" in refusal(install(tmp_path, CHECK.format(result="PASSED", code=0) + "exit 0\n"))


def test_result_without_the_nonce_proves_nothing(tmp_path: Path) -> None:
    assert "another nonce" in refusal(install(tmp_path, answer(nonce="0000")))


def test_result_that_is_no_document_proves_nothing(tmp_path: Path) -> None:
    script = CHECK.format(result="PASSED", code=0) + 'echo "done" > "$2"\n'
    assert "cannot be understood" in refusal(install(tmp_path, script))


def test_cube_that_floats_proves_nothing(tmp_path: Path) -> None:
    assert "a cube fell 0 m in 0.5 s" in refusal(install(tmp_path, answer(fall=0.0)))


def test_uniform_picture_proves_nothing(tmp_path: Path) -> None:
    assert "nothing was rendered" in refusal(install(tmp_path, answer(std=0.0)))


def test_proven_installation_is_still_not_ready_in_this_version(tmp_path: Path) -> None:
    simulator = install(tmp_path, answer())
    assert "cannot roll out episodes in it yet" in refusal(simulator)
    assert simulator.probe().version == "5.1.0"
    with pytest.raises(SimulatorUnavailable, match="cannot roll out episodes in it yet") as unavailable:
        simulator.load(tmp_path / "scene.xml", 0.002)
    assert unavailable.value.exit_code == 69


def test_no_licence_is_accepted_for_the_user() -> None:
    folder = Path(__file__).parents[2] / "jobs" / "simulation"
    sources = "".join(file.read_text() for file in folder.glob("*.py"))
    assert "EULA" not in sources.upper()
