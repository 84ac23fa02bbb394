"""What a run came to, for machines (`--json`) and for the lines that people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from jobs.contracts.document import Document, Name
from jobs.contracts.manifest import Manifest
from jobs.contracts.profile import Verdict
from jobs.contracts.report import ErrorReport
from jobs.contracts.run import SceneDocument, StageOutcome
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.gate import load_verdict
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import Store
from tasks.cost import compute_cost, describe_cost
from tasks.scene_page import ROOT_KINDS
from tasks.settings import OperatorSettings


class ListedArtifact(Document):
    """A file that a user opens. `path` is `folder`, one per output, and `name`."""

    subject: Name
    kind: str
    folder: str
    name: str
    path: str


class RunResult(Document):
    """`error`: why the scene did not get where it should. `cost` is absent unless the operator stated a price."""

    schema_version: Literal[1] = 1
    exit_code: int
    scene: Name
    store: str
    dataset: str | None = None
    certificate: str | None = None
    report: str | None = None
    artifacts: tuple[ListedArtifact, ...] = ()
    stages: tuple[StageOutcome, ...] = ()
    wall_s: float | None = None
    used: str = ""
    cost: float | None = None
    error: ErrorReport | None = None


class SceneView(Document):
    """`simfoundry show --json`: a scene with everything that its outputs promise."""

    schema_version: Literal[1] = 1
    scene: SceneDocument
    dataset: str | None
    artifacts: tuple[ListedArtifact, ...]
    verdicts: tuple[Verdict, ...]
    manifests: tuple[Manifest, ...]


class Failure(Document):
    """What `--json` prints of a command that came to nothing."""

    schema_version: Literal[1] = 1
    exit_code: int
    error: ErrorReport


def build_result(store: Store, document: SceneDocument, exit_code: int, settings: OperatorSettings) -> RunResult:
    usages = [stage.usage for stage in document.stages if stage.usage]
    return RunResult(
        exit_code=exit_code,
        scene=document.scene,
        store=store.uri,
        dataset=_full(store, document.dataset),
        certificate=_full(store, f"{document.dataset}/certificate.json") if document.dataset else None,
        report=_full(store, document.report),
        artifacts=tuple(list_artifacts(store, document)),
        stages=document.stages,
        wall_s=(document.updated_at - document.started_at).total_seconds(),
        used=describe_cost(usages, settings),
        cost=compute_cost(usages, settings),
        error=_error(document, exit_code),
    )


def _error(document: SceneDocument, exit_code: int) -> ErrorReport | None:
    if exit_code == 0:
        return None
    return ErrorReport(type="SceneFailed", message="; ".join(document.complaints), exit_code=exit_code)


def build_view(store: Store, document: SceneDocument) -> SceneView:
    manifests = tuple(load_manifest(store, ref) for stage in document.stages for ref in stage.outputs)
    profile = load_profile(document.request.profile)
    verdicts = (load_verdict(store, manifest.ref, profile) for manifest in manifests)
    return SceneView(
        scene=document,
        dataset=_full(store, document.dataset),
        artifacts=tuple(list_artifacts(store, document)),
        verdicts=tuple(verdict for verdict in verdicts if verdict),
        manifests=manifests,
    )


def list_artifacts(store: Store, document: SceneDocument) -> Iterator[ListedArtifact]:
    """The files that a user opens: meshes, USD, MJCF, URDF, GLB."""
    for stage in document.stages:
        for ref in stage.outputs:
            manifest = load_manifest(store, ref)
            for item in sorted(manifest.artifacts, key=lambda item: item.kind):
                if item.kind in ROOT_KINDS:
                    path = f"{store.uri}/{paths.artifact(manifest, item)}"
                    folder = path.removesuffix(f"/{item.path}")
                    yield ListedArtifact(
                        subject=stage.subject, kind=item.kind, folder=folder, name=item.path, path=path
                    )


def _full(store: Store, path: str | None) -> str | None:
    return f"{store.uri}/{path}" if path else None
