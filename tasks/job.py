"""One job as a Prefect task: launched, followed, retried where another try may help."""

from __future__ import annotations

import logging
import time
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.context import TaskRunContext, get_run_context
from prefect.tasks import exponential_backoff

from jobs.contracts.document import Name
from jobs.contracts.report import JobReport
from jobs.runtime.errors import TransientError
from jobs.runtime.registry import JobRequest
from jobs.runtime.store import open_store
from tasks.local_launcher import run_job_process
from tasks.settings import OperatorSettings

progress_log = logging.getLogger("simfoundry.progress")
"""One record per step of a job, with `subject`, `job`, `step`, `done` and `total` beside the message."""

MAX_RETRIES = 3
SECONDS_BETWEEN_REPORTS = 2.0


def is_transient(task: Any, task_run: Any, state: Any) -> bool:
    """Whether another try may help. Prefect wants a plain function here: a partial would disable retries silently."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


@task(
    task_run_name="{request.job}: {subject}",
    retries=MAX_RETRIES,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def run_job(request: JobRequest, subject: Name, store_uri: str) -> JobReport:
    """Run a job, or find what an earlier run of the same request committed.

    Raises:
        SimfoundryError: As the launcher says.
    """
    settings = OperatorSettings.from_environment()
    follow = _Follower(subject, request.job)
    report = run_job_process(request, open_store(store_uri), settings.job_time_limit_s, follow)
    follow("done, found from an earlier run" if report.reused else "done", 0, 0)
    return report


class _Follower:
    """Turns a job's progress into log records: each new step, and its count now and then."""

    def __init__(self, subject: str, job: str) -> None:
        context = get_run_context()
        assert isinstance(context, TaskRunContext)
        run = context.task_run
        # The reports come from a thread without a run context; Prefect files them by these two.
        self._about = {"subject": subject, "job": job, "flow_run_id": run.flow_run_id, "task_run_id": run.id}
        self._step = ""
        self._told_at = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._told_at < SECONDS_BETWEEN_REPORTS:
            return
        self._step, self._told_at = step, now
        count = f" {done}/{total}" if total else ""
        about = {**self._about, "step": step, "done": done, "total": total}
        progress_log.info("%s %s: %s%s", self._about["subject"], self._about["job"], step, count, extra=about)
