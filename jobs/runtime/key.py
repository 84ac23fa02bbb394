"""The output key: what a result depends on, and nothing else."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from jobs.contracts.document import JobName
from jobs.contracts.manifest import Manifest
from jobs.runtime.errors import NotInstalled
from jobs.runtime.question import QUESTION_KIND, keyed_question
from jobs.runtime.registry import JobRequest, home

SHARED_SOURCES = ("geometry", "simulation", "runtime", "contracts")
_JOBS = Path(__file__).resolve().parents[1]


def output_key(request: JobRequest, inputs: Iterable[Manifest]) -> str:
    """Key of the output that `request` has, given what its inputs hold.

    In it: the request, without the profile (which judges but does not change a result) and without references to
    inputs; the paths and hashes of the inputs' files, in order, so that how they were sharded does not matter; the
    sources of the job; the versions of its dependencies.
    """
    material = {
        "job": request.job,
        "request": keyed_question(request),
        "inputs": [
            [item.path, item.sha256] for manifest in inputs for item in manifest.artifacts if item.kind != QUESTION_KIND
        ],
        "sources": source_digest(request.job),
        "versions": dependency_versions(request.job),
    }
    return hashlib.sha256(json.dumps(material, sort_keys=True).encode()).hexdigest()


@cache
def source_digest(job: JobName) -> str:
    """Hash of the Python sources and data files that make the job's results. Profiles judge; they are left out."""
    digest = hashlib.sha256()
    for folder in (home(job), *SHARED_SOURCES):
        for file in sorted((_JOBS / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and "profiles" not in file.parts:
                digest.update(file.relative_to(_JOBS).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@cache
def dependency_versions(job: JobName) -> dict[str, str]:
    """Installed versions of the job's own extra in pyproject.toml, of what is there of its optional ones
    (`<job>-<part>`), and of Python (major and minor).

    Raises:
        NotInstalled: The job could not run.
    """
    versions = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    for requirement in importlib.metadata.requires("simfoundry") or ():
        name, _, marker = requirement.partition(";")
        extra = re.search(rf"extra == ['\"]{home(job)}(-\w+)?['\"]", marker)
        if extra or not marker:
            distribution = re.split(r"[^A-Za-z0-9._-]", name.strip(), maxsplit=1)[0]
            try:
                versions[distribution] = importlib.metadata.version(distribution)
            except importlib.metadata.PackageNotFoundError as error:
                if extra is None or extra[1] is None:
                    raise NotInstalled(home(job), distribution) from error
    return versions
