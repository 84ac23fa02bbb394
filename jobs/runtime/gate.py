"""Decides, from checks and a profile's requirements. Pure but for `publish_verdict` and `load_verdict`."""

from __future__ import annotations

from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import Manifest, ManifestRef
from jobs.contracts.profile import Finding, Profile, Requirement, Verdict
from jobs.runtime import paths
from jobs.runtime.artifacts import read_document
from jobs.runtime.errors import ArtifactMissing, InputNotAdmitted
from jobs.runtime.store import Store


def decide(manifest: Manifest, profile: Profile) -> Verdict:
    """Hold every requirement of the job's gate against every result of its check.

    Only what was measured and lies within bounds passes: a missing or errored check, and one from a CPU where a GPU was
    required, all reject (NaN never comes this far: no document holds one). A job without a gate in the profile is
    rejected too, and so is a mesh by a provider, or an episode by a simulator, that the profile does not admit, for
    nobody had it in mind when the requirements were written.
    """
    maker = manifest.provenance.maker
    admitted = {"reconstruction": profile.providers, "episodes": profile.simulators}.get(manifest.job, (maker,))
    policy = profile.gates.get(manifest.job)
    requirements = [r for r in policy.requirements if _applies(r, maker, manifest.checks)] if policy else []
    findings = tuple(finding for requirement in requirements for finding in _judge(requirement, manifest.checks))
    if not findings:
        why = f"profile '{profile.name}' requires nothing of '{manifest.job}' by '{maker}', so nothing can pass"
        findings = (_missing(Requirement(check=manifest.job, at_least=1), why),)
    if maker not in admitted:
        why = f"profile '{profile.name}' admits no {manifest.job} by '{maker}', only by {', '.join(admitted)}"
        findings = (*findings, _missing(Requirement(check="maker_admitted", at_least=1), why))
    return Verdict(
        schema_version=1,
        profile=profile.name,
        profile_sha256=profile.digest(),
        job=manifest.job,
        key=manifest.key,
        manifest_sha256=manifest.content_sha256(),
        passed=all(finding.passed for finding in findings),
        findings=findings,
    )


def publish_verdict(store: Store, verdict: Verdict) -> None:
    """Commit, create-only: the same inputs always give the same verdict."""
    path = paths.verdict(verdict.profile, verdict.profile_sha256, verdict.job, verdict.key)
    if not store.create(path, verdict.to_json()) and store.read(path) != verdict.to_json():
        store.replace(path, verdict.to_json())


def require_admitted(store: Store, manifest: Manifest, profile: Profile) -> None:
    """Raises: InputNotAdmitted: No verdict, a failed one, or one about other content."""
    verdict = load_verdict(store, manifest.ref, profile)
    if verdict is None:
        raise InputNotAdmitted(manifest.job, manifest.key, profile.name, "no gate has judged it")
    about = (verdict.profile_sha256, verdict.job, verdict.key, verdict.manifest_sha256)
    if about != (profile.digest(), manifest.job, manifest.key, manifest.content_sha256()):
        raise InputNotAdmitted(manifest.job, manifest.key, profile.name, "the verdict is about other content")
    if not verdict.passed:
        raise InputNotAdmitted(manifest.job, manifest.key, profile.name, "; ".join(verdict.reasons))


def load_verdict(store: Store, ref: ManifestRef, profile: Profile) -> Verdict | None:
    """The verdict under exactly this version of the profile, if there is one.

    Raises:
        DocumentDamaged: Something else lies in its place.
    """
    path = paths.verdict(profile.name, profile.digest(), ref.job, ref.key)
    try:
        return read_document(store, path, Verdict)
    except ArtifactMissing:
        return None


def _applies(requirement: Requirement, maker: str, checks: tuple[CheckResult, ...]) -> bool:
    """Fails closed: only a measured 0 lifts a requirement that is conditional."""
    if requirement.makers and maker not in requirement.makers:
        return False
    conditions = [check.value for check in checks if check.name == requirement.when]
    return not conditions or any(value != 0 for value in conditions)


def _judge(requirement: Requirement, checks: tuple[CheckResult, ...]) -> tuple[Finding, ...]:
    results = [check for check in checks if check.name == requirement.check]
    if not results:
        return (_missing(requirement, f"{requirement.check} was not measured"),)
    return tuple(_hold(requirement, check) for check in results)


def _hold(requirement: Requirement, check: CheckResult) -> Finding:
    reason = _objection(requirement, check)
    return Finding(
        requirement=requirement,
        subject=check.subject,
        value=check.value,
        passed=not reason,
        reason=f"{check.name} of {check.subject}: {reason}" if reason else "",
    )


def _objection(requirement: Requirement, check: CheckResult) -> str:
    unit = f" {check.unit}" if check.unit else ""
    if check.value is None:
        return f"could not be measured: {check.error}"
    if requirement.device and check.device != requirement.device:
        return f"was measured on {check.device}, {requirement.device} is required"
    if requirement.at_least is not None and check.value < requirement.at_least:
        return f"{check.value:g}{unit} is below {requirement.at_least:g}{unit}. {check.detail}".strip()
    if requirement.at_most is not None and check.value > requirement.at_most:
        return f"{check.value:g}{unit} is above {requirement.at_most:g}{unit}. {check.detail}".strip()
    return ""


def _missing(requirement: Requirement, reason: str) -> Finding:
    return Finding(requirement=requirement, subject="", value=None, passed=False, reason=reason)
