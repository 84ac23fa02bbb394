"""Tables of `name -> "module:attribute"`, imported on use."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from jobs.contracts.document import JobName
from jobs.contracts.episodes import EpisodesRequest
from jobs.contracts.export import ExportRequest
from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime.errors import UnknownName

JobRequest = ReconstructionRequest | SimreadyRequest | EpisodesRequest | ExportRequest

REQUESTS: Mapping[JobName, type[JobRequest]] = {
    "reconstruction": ReconstructionRequest,
    "simready": SimreadyRequest,
    "episodes": EpisodesRequest,
    "export": ExportRequest,
}
RUNNERS: Mapping[str, str] = {
    "reconstruction": "jobs.reconstruction.job:run",
    "simready": "jobs.simready.job:run",
    "episodes": "jobs.episodes.job:run",
    "export": "jobs.export.job:run",
}
PROBES: Mapping[str, str] = {
    "reconstruction": "jobs.reconstruction.readiness:probe",
    "simready": "jobs.simready.readiness:probe",
    "episodes": "jobs.episodes.readiness:probe",
    "export": "jobs.export.readiness:probe",
}


def resolve(kind: str, table: Mapping[str, str], name: str) -> Any:
    """Import what `name` stands for.

    Raises:
        UnknownName: `name` is not in the table.
    """
    if name not in table:
        raise UnknownName(kind, name, table)
    module, _, attribute = table[name].partition(":")
    return getattr(importlib.import_module(module), attribute)
