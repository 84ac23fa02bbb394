"""The smallest real jobs: a mesh file in, a few files out. What a request is called says how it goes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import Manifest, Provenance
from jobs.contracts.reconstruction import MeshSource, ReconstructionRequest
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime.errors import BadInput, StoreError, TransientError, Unavailable
from jobs.runtime.registry import JobRequest
from jobs.runtime.workspace import Workspace


def run(request: JobRequest, workspace: Workspace) -> Manifest:
    """As every job's `run`."""
    if isinstance(request, SimreadyRequest):
        return _run_on_mesh(request, workspace)
    assert isinstance(request, ReconstructionRequest)
    assert isinstance(request.source, MeshSource)
    workspace.progress("work", 1, 2)
    mesh = workspace.fetch(request.source.mesh).read_bytes()
    workspace.output("mesh", "mesh.glb").write_bytes(mesh.upper())
    workspace.output("preview", "views/front.txt").write_bytes(mesh[:4])
    (workspace.scratch("notes") / "draft").write_bytes(b"never committed")
    ENDINGS.get(request.name, _go_on)()
    size_m = 99.0 if request.name == "too_large" else 0.1
    checks = (
        CheckResult(name="longest_extent_m", subject=request.name, value=size_m, unit="m"),
        CheckResult(name="scale_known", subject=request.name, value=1.0),
    )
    sources = {request.source.mesh.name: request.source.mesh.sha256}
    return workspace.manifest(request, checks, Provenance(maker="mesh_import", sources=sources))


def _run_on_mesh(request: SimreadyRequest, workspace: Workspace) -> Manifest:
    (mesh,) = workspace.open_input(request.mesh, "mesh")
    workspace.output("asset", "asset.txt").write_bytes(mesh.read_bytes() * 2)
    checks = (CheckResult(name="closed_volume", subject=request.name, value=1.0),)
    return workspace.manifest(request, checks, Provenance(maker="toy"))


def _go_on() -> None:
    pass


def _raise(error: Exception) -> Callable[[], None]:
    def ending() -> None:
        raise error

    return ending


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _wait_for_ever() -> None:
    print("waiting", file=sys.stderr, flush=True)
    signal.pause()


def _print_natively() -> None:
    print("from Python")
    os.write(1, b"from native code\n")


ENDINGS: dict[str, Callable[[], None]] = {
    "bad_input": _raise(BadInput("the mesh 'a b.glb' has no faces")),
    "unavailable": _raise(Unavailable("no such device")),
    "store": _raise(StoreError("the disk is full")),
    "transient": _raise(TransientError("the line was busy")),
    "defect": _raise(ZeroDivisionError("key=hunter2hunter2, token in https://u:pw@host/x?sig=abc and Bearer abc.def")),
    "environment_secret": _raise(RuntimeError("the provider said: hush-hush-value is wrong")),
    "die": _die,
    "wait": _wait_for_ever,
    "noisy": _print_natively,
}
