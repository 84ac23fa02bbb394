"""NVIDIA Isaac Sim, as far as this version goes: found and proven, not yet used for rollouts.

It is never imported here (it brings its own Python); it is run through its own launcher and believed only by what it
writes. Nothing here accepts a licence: that is the user's to do, once, in Isaac Sim itself.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from jobs.contracts.report import Readiness
from jobs.runtime.program import run_program
from jobs.runtime.settings import Settings
from jobs.simulation.simulator import Simulation, SimulatorUnavailable

CONTAINER_ROOT = Path("/isaac-sim")
CHECK_PASSED = "System checking result: PASSED"
PROBE_SCRIPT = Path(__file__).parent / "isaac_sim_probe.py"
NOT_BUILT = "Isaac Sim works on this machine, but this version of simfoundry cannot roll out episodes in it yet"
_INSTALL = "Install Isaac Sim on a machine with an RTX GPU and set SIMFOUNDRY_ISAACSIM to its folder."
_GRAVITY_M_S2 = 9.81


class ProbeArtifact(BaseModel):
    """What the probe script must have written: proof that physics ran and a picture was made, just now."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    nonce: str
    version: str
    fall_s: float
    fall_m: float
    picture_mean: float
    picture_std: float


@dataclass(frozen=True)
class IsaacSim:
    """See `Simulator`. `root`: folder of the installation, holding `python.sh`."""

    root: Path | None = field(default_factory=lambda: Settings.from_environment().isaac_sim_root)
    check_limit_s: float = 300.0
    probe_limit_s: float = 900.0
    name: str = "isaac_sim"

    def probe(self) -> Readiness:
        """Compatibility check, then our own probe. Ready is what could roll out episodes, so it never says so yet."""
        started = time.monotonic()
        version = ""
        try:
            artifact = self._exercise()
            version, detail, remedy = artifact.version, NOT_BUILT, "Use the simulator 'mujoco'."
        except SimulatorUnavailable as error:
            detail, remedy = error.seen, error.remedy
        return Readiness(
            kind="simulator",
            name=self.name,
            ready=False,
            device="cuda",
            version=version,
            seconds=time.monotonic() - started,
            detail=detail,
            remedy=remedy,
        )

    def load(self, model: Path, timestep_s: float) -> Simulation:
        """Raises: SimulatorUnavailable: Always, in this version."""
        raise SimulatorUnavailable(self.name, f"{NOT_BUILT} ({model.name})", "Use the simulator 'mujoco'.")

    def _exercise(self) -> ProbeArtifact:
        launcher = self._locate()
        self._require_compatible(launcher)
        return self._run_probe(launcher)

    def _locate(self) -> Path:
        root = self.root or CONTAINER_ROOT
        launcher = root / "python.sh"
        if not launcher.is_file():
            raise SimulatorUnavailable(self.name, f"there is no {launcher}", _INSTALL)
        if not os.access(launcher, os.X_OK):
            raise SimulatorUnavailable(self.name, f"{launcher} is not executable", f"Run chmod +x {launcher}.")
        return launcher

    def _require_compatible(self, launcher: Path) -> None:
        """NVIDIA's own check of GPU, driver and memory. Its words count, not its exit code."""
        check = ["-m", "isaacsim", "isaacsim.exp.compatibility_check", "--no-window"]
        said = self._run("its compatibility check", launcher, check, self.check_limit_s)
        if CHECK_PASSED not in said:
            last = said.strip().splitlines()[-1:] or ["it said nothing"]
            seen = f"its compatibility check did not print '{CHECK_PASSED}' but ended with: {last[0][:200]}"
            raise SimulatorUnavailable(self.name, seen, "See NVIDIA's requirements: an RTX GPU and a recent driver.")

    def _run_probe(self, launcher: Path) -> ProbeArtifact:
        """Judged by the file that it leaves: Kit may end with exit code 0 whatever happened."""
        nonce = secrets.token_hex(16)
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / "probe.json"
            self._run("our probe", launcher, [str(PROBE_SCRIPT), str(result), nonce], self.probe_limit_s)
            try:
                artifact = ProbeArtifact.model_validate(json.loads(result.read_text()))
            except FileNotFoundError as error:
                raise self._unproven("it left no result") from error
            except (ValidationError, ValueError) as error:
                raise self._unproven(f"its result cannot be understood ({error})") from error
        if artifact.nonce != nonce:
            raise self._unproven("its result is not an answer to this question (another nonce)")
        expected_m = _GRAVITY_M_S2 * artifact.fall_s**2 / 2
        if artifact.fall_s <= 0 or not math.isclose(artifact.fall_m, expected_m, rel_tol=0.1):
            raise self._unproven(f"a cube fell {artifact.fall_m:g} m in {artifact.fall_s:g} s, not {expected_m:g} m")
        if artifact.picture_std < 1.0:
            raise self._unproven("its picture is uniform, so nothing was rendered")
        return artifact

    def _unproven(self, seen: str) -> SimulatorUnavailable:
        return SimulatorUnavailable(self.name, f"our probe ran, but {seen}", "Start Isaac Sim by hand and see why.")

    def _run(self, what: str, launcher: Path, arguments: list[str], limit_s: float) -> str:
        """Standard output and error of the launcher, which is killed with all its children after the limit."""
        try:
            return run_program([str(launcher), *arguments], limit_s).said
        except OSError as error:
            raise SimulatorUnavailable(self.name, f"{launcher} cannot be run ({error})", _INSTALL) from error
        except subprocess.TimeoutExpired as error:
            seen = f"{what} did not end within {limit_s:g} s"
            raise SimulatorUnavailable(self.name, seen, "Start Isaac Sim by hand and see why.") from error
