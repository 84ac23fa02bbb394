"""Enforces a gate in the flow: nothing that it rejects goes on, and everybody can see why."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from jobs.contracts.document import Name
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.profile import Finding, Profile, Verdict
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.store import open_store
from tasks.wording import RESULTS, tell_bounds, tell_value


class GateRejected(Exception):
    """A gate said no. Carries the verdict; the output stays where it is, as evidence."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(
            f"The {verdict.job} gate of profile '{verdict.profile}' rejected it: {'; '.join(verdict.reasons)}"
        )
        self.verdict = verdict


@task(task_run_name="gate {ref.job}: {subject}", cache_policy=NO_CACHE, persist_result=False)
def enforce_gate(ref: ManifestRef, subject: Name, profile: Profile, store_uri: str) -> Verdict:
    """Decide, commit the verdict and show it as a Markdown and a table artifact.

    Raises:
        GateRejected: The verdict is negative.
    """
    store = open_store(store_uri)
    verdict = decide(load_manifest(store, ref), profile)
    publish_verdict(store, verdict)
    key = f"gate-{ref.job}-{subject}".replace("_", "-")
    headline, rows = _headline(verdict, subject), [_row(item) for item in verdict.findings]
    create_markdown_artifact(markdown=_markdown(verdict, subject), key=key, description=headline)
    create_table_artifact(table=rows, key=f"{key}-findings", description=f"{headline}, every finding")
    if not verdict.passed:
        raise GateRejected(verdict)
    return verdict


def _headline(verdict: Verdict, subject: str) -> str:
    return f"{verdict.job} of {subject}: {RESULTS[verdict.passed]} under profile {verdict.profile}"


def _markdown(verdict: Verdict, subject: str) -> str:
    reasons = "\n".join(f"- {reason}" for reason in verdict.reasons) or "Every requirement is met."
    return (
        f"# {_headline(verdict, subject)}\n\n{reasons}\n\n"
        f"Output `outputs/{verdict.job}/{verdict.key}`, {len(verdict.findings)} findings.\n"
    )


def _row(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.requirement.check,
        "subject": finding.subject,
        "value": tell_value(finding),
        "required": tell_bounds(finding.requirement),
        "result": RESULTS[finding.passed],
        "reason": finding.reason,
    }
