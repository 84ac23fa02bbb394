"""Does an asset follow the industry's standard?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import StandardSettings
from jobs.simready.authoring.parts import Parts
from jobs.simready.errors import ValidatorFailed
from jobs.simready.standard.validation import Feature, Findings, validate_package

_CHECKS = ("simready_profile", "simready_features", "usd_validation")
_RUNTIMES = ("PHYSX", "NEWTON", "MUJOCO")
_NOT_REPORTED = Feature(required=False, passed=False, unmet={"not reported": "the profile does not know the feature"})
_TOLD = 5
"""So many findings are told in full; there may be one for every prim."""


def check_standard(
    parts: Parts, main: Path, archive: Path, settings: StandardSettings, scratch: Path
) -> tuple[CheckResult, ...]:
    """Whether the profile passes (1 or 0); how many requirements are not met of the optional features that the asset
    should have; how many errors OpenUSD's own validators find in the package and in its archive."""
    name = parts.asset.name
    try:
        found = validate_package(main, archive, settings, scratch)
    except ValidatorFailed as error:
        return tuple(CheckResult(name=check, subject=name, error=str(error)) for check in _CHECKS)
    wanted = optional_features(articulated=bool(parts.asset.joints), graspable=bool(parts.grasps))
    return judge_findings(name, found, wanted)


def judge_findings(name: str, found: Findings, wanted: Iterable[str]) -> tuple[CheckResult, ...]:
    """See `check_standard`; `wanted` are optional features. A profile without features has not passed."""
    failing = {key: feature for key, feature in found.features.items() if feature.required}
    optional = {feature: found.features.get(feature, _NOT_REPORTED) for feature in wanted}
    unmet = {code for feature in optional.values() for code in feature.unmet}
    profile = float(bool(found.features) and not failing)
    return (
        CheckResult(name="simready_profile", subject=name, value=profile, detail=_tell(failing)),
        CheckResult(name="simready_features", subject=name, value=len(unmet), detail=_tell(optional)),
        CheckResult(name="usd_validation", subject=name, value=len(found.usd_errors), detail=_list(found.usd_errors)),
    )


def optional_features(articulated: bool, graspable: bool) -> tuple[str, ...]:
    """Display colours and a variant for each simulator; several bodies where there are joints; grasps where a gripper
    finds any."""
    neutral = ("FET_010_STANDARD", *(("FET_004_STANDARD",) * articulated), *(("FET_005_STANDARD",) * graspable))
    bodies = ("000", "003", *(("004",) * articulated))
    return (*neutral, *(f"FET_{feature}_{runtime}" for feature in bodies for runtime in _RUNTIMES))


def _tell(features: Mapping[str, Feature]) -> str:
    """Each requirement once: features share some of them."""
    unmet = {code: said for feature in features.values() for code, said in feature.unmet.items()}
    return _list(f"{code.removeprefix('com.nvidia.simready.')}: {said}" for code, said in sorted(unmet.items()))


def _list(findings: Iterable[str]) -> str:
    told = tuple(findings)
    more = (f"and {len(told) - _TOLD} more",) if len(told) > _TOLD else ()
    return "; ".join((*told[:_TOLD], *more))
