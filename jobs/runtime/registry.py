"""Tables of `name -> "module:attribute"`, imported on use."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from jobs.contracts.assembly import AssemblyRequest
from jobs.contracts.document import JobName
from jobs.contracts.episodes import EpisodesRequest
from jobs.contracts.export import ExportRequest
from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime.errors import UnknownName

JobRequest = ReconstructionRequest | SimreadyRequest | AssemblyRequest | EpisodesRequest | ExportRequest

REQUESTS: Mapping[JobName, type[JobRequest]] = {
    "reconstruction": ReconstructionRequest,
    "simready": SimreadyRequest,
    "assembly": AssemblyRequest,
    "episodes": EpisodesRequest,
    "export": ExportRequest,
}
MODULES: Mapping[JobName, str] = {
    "reconstruction": "jobs.reconstruction",
    "simready": "jobs.simready",
    "assembly": "jobs.simready.assembly",
    "episodes": "jobs.episodes",
    "export": "jobs.export",
}
"""What `python -m` runs a job as. Assembly is a second entrance to simready: same image, sources and packages."""
RUNNERS: Mapping[str, str] = {
    "reconstruction": "jobs.reconstruction.job:run",
    "simready": "jobs.simready.job:run",
    "assembly": "jobs.simready.assembly.job:run",
    "episodes": "jobs.episodes.job:run",
    "export": "jobs.export.job:run",
}
PROBES: Mapping[str, str] = {
    "reconstruction": "jobs.reconstruction.readiness:probe",
    "simready": "jobs.simready.readiness:probe",
    "assembly": "jobs.simready.readiness:probe",
    "episodes": "jobs.episodes.readiness:probe",
    "export": "jobs.export.readiness:probe",
}


def home(job: JobName) -> str:
    """The folder of `jobs` that a job lives in, which is also the name of its image and of its extra."""
    return MODULES[job].split(".")[1]


def resolve(kind: str, table: Mapping[str, str], name: str) -> Any:
    """Import what `name` stands for.

    Raises:
        UnknownName: `name` is not in the table.
    """
    if name not in table:
        raise UnknownName(kind, name, table)
    module, _, attribute = table[name].partition(":")
    return getattr(_import(module), attribute)


def _import(module: str) -> ModuleType:
    """What a module brings along stays for good: to look through it for garbage, again and again while it grows, takes
    a quarter of the time of importing."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        if collects:
            gc.enable()
