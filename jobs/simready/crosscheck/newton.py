"""Newton, by a Python of its own: it asks for another MuJoCo than ours, so it cannot be installed beside us."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from jobs.contracts.simready import CrosscheckSettings
from jobs.runtime.program import run_program
from jobs.runtime.settings import Settings
from jobs.simready.crosscheck.errors import NewtonCrashed, NewtonTimedOut, NewtonUnreadable
from jobs.simready.crosscheck.peer import Seen, Start
from jobs.simulation.simulator import SimulatorUnavailable

_SCRIPT = Path(__file__).parent / "in_newton.py"
_VERSION_LIMIT_S = 120.0
_REMEDY = (
    "Needed only by runs with --crosscheck newton: make an environment with `pip install 'newton[sim]' "
    "newton-usd-schemas usd-core` and set SIMFOUNDRY_NEWTON to its Python."
)


@dataclass(frozen=True)
class Newton:
    """See `Peer`. Run as a program of its own, told nothing but our script and two files, and believed only by what it
    wrote. Its kernels are compiled on first use, for about a minute, and kept in the work folder."""

    name: str = "newton"
    body_check: str = "newton_body"
    rest_check: str = "newton_rest"
    python: Path | None = field(default_factory=lambda: Settings.from_environment().newton)

    def require_available(self) -> str:
        if self.python is None:
            raise SimulatorUnavailable(self.name, "SIMFOUNDRY_NEWTON is not set", _REMEDY)
        try:
            said = self._run(["version"], _VERSION_LIMIT_S).strip().splitlines()
        except (NewtonCrashed, NewtonTimedOut) as error:
            raise SimulatorUnavailable(self.name, str(error), _REMEDY) from error
        version = next((line.removeprefix("Newton ") for line in said if line.startswith("Newton ")), None)
        if version is None:
            raise SimulatorUnavailable(self.name, f"{self.python} does not say that it has Newton", _REMEDY)
        return version

    def drop(self, usd: Path, starts: Sequence[Start], settings: CrosscheckSettings, scratch: Path) -> Seen:
        order, result = scratch / "newton-order.json", scratch / "newton-result.json"
        result.unlink(missing_ok=True)
        wanted = {
            "usd": str(usd),
            "starts": [asdict(start) for start in starts],
            "steps": round(settings.duration_s / settings.timestep_s),
            "timestep_s": settings.timestep_s,
        }
        order.write_text(json.dumps(wanted))
        self._run(["drop", str(order), str(result)], settings.time_limit_s)
        try:
            return Seen.from_dict(json.loads(result.read_text()), len(starts))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise NewtonUnreadable(f"{type(error).__name__}: {error}") from error

    def _run(self, arguments: list[str], limit_s: float) -> str:
        cache = Settings.from_environment().work_dir / "warp"
        try:
            command = [str(self.python), "-P", str(_SCRIPT), *arguments]
            ended = run_program(command, limit_s, {"WARP_CACHE_PATH": str(cache)} | os.environ)
        except OSError as error:
            raise SimulatorUnavailable(self.name, f"{self.python} cannot be run ({error.strerror})", _REMEDY) from error
        except subprocess.TimeoutExpired as error:
            raise NewtonTimedOut(limit_s) from error
        if ended.exit_code != 0:
            raise NewtonCrashed(ended.exit_code, ended.last_line)
        return ended.said
