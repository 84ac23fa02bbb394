"""The launcher `local`: each job in a subprocess, so that a native crash is a typed failure."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable
from typing import IO

from pydantic import ValidationError

from jobs.contracts.document import JobName
from jobs.contracts.report import ErrorReport, JobReport, ReadinessReport
from jobs.runtime import paths
from jobs.runtime.command import PROGRESS
from jobs.runtime.errors import DefectiveJob, SimfoundryError, TransientError
from jobs.runtime.registry import MODULES, JobRequest
from jobs.runtime.store import Store

OnProgress = Callable[[str, int, int], None]

# More threads than that would change the order of floating-point sums, and with it the bytes of a result.
SINGLE_THREADED = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class JobFailed(SimfoundryError):
    """A job ended with a typed error of its own; carries it, with its exit code."""

    def __init__(self, report: ErrorReport) -> None:
        super().__init__(report.message)
        self.report = report
        self.exit_code = report.exit_code


class JobFailedTransiently(TransientError):
    """As `JobFailed`, where another try may help."""

    def __init__(self, report: ErrorReport) -> None:
        super().__init__(report.message)
        self.report = report


class JobKilled(TransientError):
    def __init__(self, job: str) -> None:
        super().__init__(
            f"The job '{job}' was killed from outside (SIGKILL): somebody stopped it, or memory ran out. "
            "It is tried again; if that repeats, give the machine more memory."
        )


class JobCrashed(SimfoundryError):
    def __init__(self, job: str, signal_name: str, last_lines: str) -> None:
        super().__init__(
            f"The job '{job}' crashed in native code ({signal_name}). Its last lines: {last_lines or 'none'}. "
            "Nothing was committed. Report it with the input; other objects are not affected."
        )


class JobTimedOut(SimfoundryError):
    def __init__(self, job: str, limit_s: float) -> None:
        super().__init__(
            f"The job '{job}' did not end within {limit_s:g} s and was stopped. Nothing was committed. "
            "Raise SIMFOUNDRY_JOB_TIME_LIMIT_S or use a smaller input."
        )


class JobInterrupted(SimfoundryError):
    exit_code = 130

    def __init__(self, job: str) -> None:
        super().__init__(f"The job '{job}' was stopped with the command. Nothing of it was committed; run it again.")


_running: set[int] = set()
_interrupted = threading.Event()


def interrupt_jobs() -> None:
    """End every running job of this process now, and none is tried again: the user wants out."""
    _interrupted.set()
    for leader in tuple(_running):
        _kill_group(leader)


def run_job_process(request: JobRequest, store: Store, time_limit_s: float, on_progress: OnProgress) -> JobReport:
    """Run one job in a process of its own and wait for it.

    Raises:
        JobFailed, JobFailedTransiently: The job said why.
        JobKilled, JobCrashed, JobTimedOut, DefectiveJob: It could not say.
    """
    path = paths.request(request.job, uuid.uuid4().hex)
    store.replace(path, request.to_json())
    try:
        line = _run(request.job, [f"{store.uri}/{path}", "--with-parent"], time_limit_s, on_progress)
    finally:
        store.delete(path)
    try:
        report = JobReport.from_json(line)
    except ValidationError as error:
        raise DefectiveJob(request.job, f"its report was {line[:200]!r}") from error
    if report.error is None:
        return report
    if report.error.exit_code == TransientError.exit_code:
        raise JobFailedTransiently(report.error)
    raise JobFailed(report.error)


def probe_job(job: JobName, time_limit_s: float = 120.0) -> ReadinessReport:
    """Exercise what a job needs, in a process of its own.

    Raises:
        JobKilled, JobCrashed, JobTimedOut, DefectiveJob
    """
    line = _run(job, ["--probe", "--with-parent"], time_limit_s, lambda step, done, total: None)
    try:
        return ReadinessReport.from_json(line)
    except ValidationError as error:
        raise DefectiveJob(job, f"its answer to --probe was {line[:200]!r}") from error


def _run(job: JobName, arguments: list[str], time_limit_s: float, on_progress: OnProgress) -> str:
    """The last line that the job wrote to standard output."""
    if _interrupted.is_set():
        raise JobInterrupted(job)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", MODULES[job], *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **SINGLE_THREADED},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        last_lines: deque[str] = deque(maxlen=20)
        reader = threading.Thread(target=_follow, args=(process.stderr, last_lines, on_progress), daemon=True)
        reader.start()
        timer = threading.Timer(time_limit_s, _kill_group, (process.pid,))
        timer.start()
        _running.add(process.pid)
        try:
            output = process.stdout.read()
            process.wait()
        finally:
            _running.discard(process.pid)
            _kill_group(process.pid)
            timed_out = not timer.is_alive()
            timer.cancel()
        reader.join()
    if _interrupted.is_set():
        raise JobInterrupted(job)
    if timed_out:
        raise JobTimedOut(job, time_limit_s)
    if process.returncode == -signal.SIGKILL:
        raise JobKilled(job)
    if process.returncode < 0:
        raise JobCrashed(job, signal.Signals(-process.returncode).name, " | ".join(last_lines))
    lines = output.splitlines()
    if not lines:
        raise DefectiveJob(job, f"it said nothing and ended with {process.returncode}: {' | '.join(last_lines)}")
    return lines[-1]


def _kill_group(leader: int) -> None:
    """End a job and whatever it started; nothing happens if all have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _follow(stream: IO[str], last_lines: deque[str], on_progress: OnProgress) -> None:
    for line in stream:
        if line.startswith(PROGRESS):
            told = json.loads(line.removeprefix(PROGRESS))
            on_progress(told["step"], told["done"], told["total"])
        else:
            last_lines.append(line.rstrip())
