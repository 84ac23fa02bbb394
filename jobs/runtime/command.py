"""`python -m jobs.<job>`: the entry point of a job's container."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from pydantic import ValidationError

from jobs.contracts.document import Document, JobName
from jobs.contracts.report import ErrorReport, JobReport, Readiness, ReadinessReport
from jobs.runtime.artifacts import describe_problems
from jobs.runtime.errors import InvalidRequest, SimfoundryError, TransientError
from jobs.runtime.job import execute
from jobs.runtime.redaction import redact
from jobs.runtime.registry import MODULES, PROBES, REQUESTS, JobRequest, home, resolve
from jobs.runtime.settings import Settings, secret_values
from jobs.runtime.store import Store, open_store

REQUESTS_FOLDER = "/scratch/requests/"
PROGRESS = "progress "


def main(job: JobName, arguments: Sequence[str] | None = None) -> int:
    """Run the job that a request describes; the last line on standard output is a `JobReport`.

    Returns: the exit code. 0 done, 65 bad input, 69 unavailable, 70 a defect, 73 the store failed, 75 transient.
    """
    options = _parse(job, arguments)
    if options.schema:
        print(json.dumps(REQUESTS[job].model_json_schema(), indent=2))
        return 0
    if options.with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    say = _claim_standard_output()
    if options.probe:
        say(_probe(job))
        return 0
    report = _run(job, options.request_uri, options.store)
    say(report)
    return report.error.exit_code if report.error else 0


def leave(code: int) -> NoReturn:
    """End the process without taking its memory apart first: after a reconstruction that took 0.4 s, and nothing is
    left to be written."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def report_error(error: Exception) -> ErrorReport:
    """A typed error as a document, without secrets.

    One that is not ours is a defect: its traceback goes to standard error.
    """
    secrets, message = secret_values(), str(error)
    if not isinstance(error, SimfoundryError):
        print(redact("".join(traceback.format_exception(error)), secrets), file=sys.stderr, flush=True)
        message = f"{type(error).__name__}: {message}"
    exit_code = error.exit_code if isinstance(error, SimfoundryError) else SimfoundryError.exit_code
    return ErrorReport(type=type(error).__name__, message=redact(message, secrets), exit_code=exit_code)


def tell_progress(step: str, done: int = 0, total: int = 0) -> None:
    """A `Progress` that writes one line of JSON to standard error."""
    print(PROGRESS + json.dumps({"step": step, "done": done, "total": total}), file=sys.stderr, flush=True)


def _parse(job: JobName, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULES[job]}", description=f"Run the job '{job}'.")
    parser.add_argument("request_uri", nargs="?", help="STORE/scratch/requests/NAME.json")
    parser.add_argument("--store", help="store that the request lies in, if its address does not say so")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the request")
    parser.add_argument("--probe", action="store_true", help="exercise what the job needs and say what is ready")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    if not (options.schema or options.probe or options.request_uri):
        parser.error("REQUEST_URI is required")
    return options


def _run(job: JobName, request_uri: str, store_uri: str | None) -> JobReport:
    try:
        store, path = _split(request_uri, store_uri)
        execution = execute(_load(job, store, path), store, Settings.from_environment(), tell_progress)
    except Exception as error:  # whatever it is, the launcher must be told, and nothing was committed
        return JobReport(schema_version=1, error=report_error(error))
    return JobReport(schema_version=1, ref=execution.manifest.ref, reused=execution.reused)


def _probe(job: JobName) -> ReadinessReport:
    started = time.monotonic()
    try:
        capabilities: tuple[Readiness, ...] = resolve("job", PROBES, job)()
    except Exception as error:  # a probe that breaks is not ready, and says so like any other
        detail = report_error(error).message
        seconds = time.monotonic() - started
        remedy = f"Run `make setup`, or `pip install -e '.[{home(job)}]' -c constraints.txt`."
        broken = Readiness(kind="job", name=job, ready=False, seconds=seconds, detail=detail, remedy=remedy)
        capabilities = (broken,)
    return ReadinessReport(schema_version=1, capabilities=capabilities)


def _split(request_uri: str, store_uri: str | None) -> tuple[Store, str]:
    """The store and the path in it that a request's address means."""
    if store_uri:
        return open_store(store_uri), request_uri.removeprefix(store_uri.rstrip("/") + "/")
    root, found, name = request_uri.rpartition(REQUESTS_FOLDER)
    if not found:
        raise InvalidRequest(request_uri, f"its address has no '{REQUESTS_FOLDER}'; name the store with --store")
    return open_store(root or "/"), REQUESTS_FOLDER.lstrip("/") + name


def _load(job: JobName, store: Store, path: str) -> JobRequest:
    try:
        return REQUESTS[job].from_json(store.read(path))
    except ValidationError as error:
        raise InvalidRequest(path, describe_problems(error)) from error


def _claim_standard_output() -> Callable[[Document], None]:
    """Keep standard output for the report: whatever native libraries print goes to standard error."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(document: Document) -> None:
        channel.write(document.to_json().decode() + "\n")
        channel.flush()

    return say


def _end_with_parent() -> None:
    """A job whose launcher was killed must not go on unseen, nor may its children."""
    while os.read(0, 1):  # not through sys.stdin: its lock would be held when the interpreter shuts down
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(TransientError.exit_code)
