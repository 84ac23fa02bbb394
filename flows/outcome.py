"""What became of each job of a run, collected while it runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from prefect.transactions import CommitMode, transaction

from jobs.contracts.document import JobName, Name
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.profile import Profile
from jobs.contracts.report import JobReport
from jobs.contracts.run import StageOutcome
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.command import report_error
from jobs.runtime.errors import SimfoundryError
from jobs.runtime.registry import JobRequest
from jobs.runtime.store import open_store
from tasks.gate import GateRejected, enforce_gate
from tasks.job import run_job
from tasks.local_launcher import JobFailed, JobFailedTransiently


class Stopped(Exception):
    """An object, or the scene, got no further; `outcomes` say where and why."""

    def __init__(self, outcomes: Sequence[StageOutcome]) -> None:
        super().__init__(outcomes[-1].complaint)
        self.outcomes = tuple(outcomes)


@dataclass
class Chain:
    """Jobs that follow one another for one subject; each is judged before the next may see it.

    `found_in`: the scan that the subject was found in.
    """

    subject: Name
    profile: Profile
    store_uri: str
    found_in: Name | None = None
    outcomes: list[StageOutcome] = field(default_factory=list[StageOutcome])

    def run(self, request: JobRequest) -> ManifestRef:
        """Run a job and its gate.

        Raises:
            Stopped: The job failed or the gate rejected.
        """
        started = time.monotonic()
        report: JobReport | None = None
        try:
            with transaction(commit_mode=CommitMode.EAGER):  # a rejection undoes nothing: Prefect is not to say so
                report = run_job(request, self.subject, self.store_uri)
                assert report.ref is not None
                enforce_gate(report.ref, self.subject, self.profile, self.store_uri)
        except GateRejected as rejection:
            self._note(request.job, started, report, passed=False, reasons=rejection.verdict.reasons)
            raise Stopped(self.outcomes) from rejection
        except SimfoundryError as error:
            self._note_error(request.job, started, error)
            raise Stopped(self.outcomes) from error
        self._note(request.job, started, report, passed=True)
        return report.ref

    def _note(
        self, job: JobName, started: float, report: JobReport | None, passed: bool, reasons: tuple[str, ...] = ()
    ) -> None:
        assert report is not None
        assert report.ref is not None
        manifest = load_manifest(open_store(self.store_uri), report.ref)
        self.outcomes.append(
            StageOutcome(
                job=job,
                subject=self.subject,
                found_in=self.found_in,
                outputs=(report.ref,),
                passed=passed,
                reasons=reasons,
                warnings=manifest.provenance.warnings,
                reused=report.reused,
                wall_s=time.monotonic() - started,
                usage=None if report.reused else manifest.usage,
            )
        )

    def _note_error(self, job: JobName, started: float, error: SimfoundryError) -> None:
        carried = error.report if isinstance(error, JobFailed | JobFailedTransiently) else report_error(error)
        self.outcomes.append(
            StageOutcome(
                job=job,
                subject=self.subject,
                found_in=self.found_in,
                error=carried,
                wall_s=time.monotonic() - started,
            )
        )
