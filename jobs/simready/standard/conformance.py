"""Does an asset follow the industry's standard?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import Asset, StandardSettings
from jobs.simready.errors import ValidatorFailed
from jobs.simready.standard.validation import Feature, Findings, validate_package

_CHECKS = ("simready_profile", "simready_features", "usd_validation")
_RUNTIMES = ("PHYSX", "NEWTON", "MUJOCO")
_NOT_REPORTED = Feature(required=False, passed=False, unmet={"not reported": "the profile does not know the feature"})
_TOLD = 5
"""So many findings are told in full; there may be one for every prim."""


def check_standard(
    asset: Asset, main: Path, archive: Path, settings: StandardSettings, scratch: Path
) -> tuple[CheckResult, ...]:
    """Whether the profile passes (1 or 0); how many requirements are not met of the optional features that the asset
    should have; how many errors OpenUSD's own validators find in the package and in its archive."""
    try:
        found = validate_package(main, archive, settings, scratch)
    except ValidatorFailed as error:
        return tuple(CheckResult(name=name, subject=asset.name, error=str(error)) for name in _CHECKS)
    return judge_findings(asset, found)


def judge_findings(asset: Asset, found: Findings) -> tuple[CheckResult, ...]:
    """See `check_standard`. A profile without features has not passed."""
    failing = {name: feature for name, feature in found.features.items() if feature.required}
    optional = {name: found.features.get(name, _NOT_REPORTED) for name in optional_features(asset)}
    unmet = {code for feature in optional.values() for code in feature.unmet}
    profile = float(bool(found.features) and not failing)
    return (
        CheckResult(name="simready_profile", subject=asset.name, value=profile, detail=_tell(failing)),
        CheckResult(name="simready_features", subject=asset.name, value=len(unmet), detail=_tell(optional)),
        CheckResult(
            name="usd_validation", subject=asset.name, value=len(found.usd_errors), detail=_list(found.usd_errors)
        ),
    )


def optional_features(asset: Asset) -> tuple[str, ...]:
    """Display colours and a variant for each simulator; several bodies where there are joints."""
    bodies = ("000", "003", "004") if asset.joints else ("000", "003")
    neutral = ("FET_004_STANDARD", "FET_010_STANDARD") if asset.joints else ("FET_010_STANDARD",)
    return (*neutral, *(f"FET_{feature}_{runtime}" for feature in bodies for runtime in _RUNTIMES))


def _tell(features: Mapping[str, Feature]) -> str:
    """Each requirement once: features share some of them."""
    unmet = {code: said for feature in features.values() for code, said in feature.unmet.items()}
    return _list(f"{code.removeprefix('com.nvidia.simready.')}: {said}" for code, said in sorted(unmet.items()))


def _list(findings: Iterable[str]) -> str:
    told = tuple(findings)
    more = (f"and {len(told) - _TOLD} more",) if len(told) > _TOLD else ()
    return "; ".join((*told[:_TOLD], *more))
