"""What the industry's validators say of a package: NVIDIA's `simready-validate`, and those of OpenUSD itself."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from jobs.contracts.simready import StandardSettings
from jobs.simready.errors import ValidatorCrashed, ValidatorTimedOut


@dataclass(frozen=True)
class Feature:
    """`required`: the profile does not pass without it. `unmet`: code of a requirement to what is said of it."""

    required: bool
    passed: bool
    unmet: dict[str, str]


@dataclass(frozen=True)
class Findings:
    """Of every feature of the profile, by its name; and OpenUSD's own errors."""

    features: dict[str, Feature]
    usd_errors: tuple[str, ...]


def validate_package(main: Path, archive: Path, settings: StandardSettings, scratch: Path) -> Findings:
    """Hold a USD package against a profile of the standard.

    Where the package happens to lie is not its own fault, but there are rules on the names and lengths of all folders
    above it: it is looked at through a link in a folder of a short name.

    Args:
        main: The main file, `<name>/<folder>/<file>`.
        archive: The same as USDZ.
        settings: The profile, and how long it may take.
        scratch: For the files that go to and from the process.

    Raises:
        ValidatorCrashed: The process died, or could not work.
        ValidatorTimedOut: It was stopped.
    """
    order, result = scratch / "standard-order.json", scratch / "standard-result.json"
    package = main.parents[1]
    with tempfile.TemporaryDirectory(prefix="simready") as folder:
        link = Path(folder) / package.name
        link.symlink_to(package.resolve(), target_is_directory=True)
        wanted = {"main": str(link / main.relative_to(package)), "archive": str(archive)}
        order.write_text(json.dumps(wanted | settings.model_dump()))
        _run_worker(order, result, settings.time_limit_s)
    found = json.loads(result.read_text())
    features = {name: Feature(**feature) for name, feature in found["features"].items()}
    return Findings(features, tuple(found["errors"]))


def _run_worker(order: Path, result: Path, limit_s: float) -> None:
    command = [sys.executable, "-m", "jobs.simready.standard.worker", str(order), str(result)]
    try:
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=limit_s)
    except subprocess.TimeoutExpired as error:
        raise ValidatorTimedOut(limit_s) from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        raise ValidatorCrashed(error.returncode, lines[-1][-300:] if lines else "") from error
