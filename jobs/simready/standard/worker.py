"""Runs the validators over one package in a process of its own.

    python -m jobs.simready.standard.worker ORDER.json RESULT.json

They load native code and take seconds to import, and a damaged file may crash them: here that harms nobody.
"""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import simready.validate
from pxr import Usd, UsdValidation


def main(order: Path, result: Path) -> None:
    """Read what to validate and write what was found; the processor time is limited too, in case nobody waits."""
    wanted = json.loads(order.read_text())
    limit_s = max(1, round(wanted["time_limit_s"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
    found = {
        "features": _find_unmet_requirements(wanted["main"], wanted["profile"], wanted["version"]),
        "errors": _find_usd_errors(wanted["main"], wanted["archive"]),
    }
    result.write_text(json.dumps(found))


def _find_unmet_requirements(main: str, profile: str, version: str) -> dict[str, dict[str, Any]]:
    """By feature: the requirements that it does not meet, each with what is said of it, and whether it has to."""
    simready.validate.initialize(rules_and_requirements_paths=[], features_paths=[], profiles_paths=[])
    config = simready.validate.AssetValidationConfig(asset_path=main, profile_id=profile, profile_version=version)
    found = simready.validate.validate_asset(config)
    if found is None:
        raise SystemExit(f"'{Path(main).name}' cannot be opened, or there is no profile {profile} {version}")
    said: dict[str, str] = {}
    for issue in (*found.issues, *found.soft_issues):
        said.setdefault(issue.requirement.code if issue.requirement else "", issue.message or "")
    return {name: _describe(feature, said) for name, feature in found.features_summary.items()}


def _describe(feature: dict[str, Any], said: dict[str, str]) -> dict[str, Any]:
    """The summary lists requirements as the text of a Python list."""
    listed = "".join(feature.get(key, "") for key in ("failing requirements", "optional requirements"))
    unmet = {code: message for code, message in said.items() if f"'{code}'" in listed}
    return {"required": feature["blocking_failure"], "passed": feature["passed"], "unmet": unmet}


def _find_usd_errors(main: str, archive: str) -> list[str]:
    """What OpenUSD's own validators say of the package, as it is and with each of its variants, and of the archive."""
    context = UsdValidation.ValidationContext(UsdValidation.ValidationRegistry().GetOrLoadAllValidators())
    errors = [error for path in (main, archive) for error in context.Validate(Usd.Stage.Open(path))]
    stage = Usd.Stage.Open(main)
    stage.SetEditTarget(stage.GetSessionLayer())
    variant_sets = stage.GetDefaultPrim().GetVariantSets()
    for name in variant_sets.GetNames():
        variants = variant_sets.GetVariantSet(name)
        for variant in variants.GetVariantNames():
            variants.SetVariantSelection(variant)
            errors.extend(context.Validate(stage))
        variants.ClearVariantSelection()
    return sorted({f"{error.GetName()}: {error.GetMessage()}" for error in errors})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
