"""The scene's document and its page, for people: what was reached, what was rejected and why, what it took."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator

from jobs.contracts.manifest import Artifact, Manifest
from jobs.contracts.profile import Finding
from jobs.contracts.run import SceneDocument, StageOutcome
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest, read_artifact
from jobs.runtime.gate import load_verdict
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import Store
from tasks.cost import describe_cost
from tasks.settings import OperatorSettings

PICTURES = ("picture/contact_sheet", "picture/thumbnail", "episode/preview")
MAX_PREVIEWS = 3

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1d2330}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}td,th{border-bottom:1px solid #dde;padding:.25rem .5rem;
text-align:left;vertical-align:top}th{font-weight:600}.ok{color:#14713d}.no{color:#b3261e;font-weight:600}
img{max-width:100%;margin:.25rem 0;border:1px solid #dde}code{background:#f2f3f7;padding:0 .25rem}
"""


def publish_scene(store: Store, document: SceneDocument, settings: OperatorSettings) -> SceneDocument:
    """Replace `scene.json` and `report.html` of the scene; returns the document with the report's path in it."""
    folder = paths.scene(document.scene)
    complete = document.model_copy(update={"report": f"{folder}/report.html"})
    store.replace(f"{folder}/report.html", render_page(store, complete, settings).encode())
    store.replace(f"{folder}/scene.json", complete.to_json())
    return complete


def render_page(store: Store, document: SceneDocument, settings: OperatorSettings) -> str:
    """A self-contained HTML page."""
    usages = [stage.usage for stage in document.stages if stage.usage]
    wall_s = (document.updated_at - document.started_at).total_seconds()
    request = document.request
    parts = [
        f"<h1>{html.escape(document.scene)}</h1>",
        f"<p>Profile <b>{request.profile}</b>, seed {request.seed}, {request.episodes} episodes per object, until "
        f"{request.until}. {wall_s:.1f} s so far, {html.escape(describe_cost(usages, settings))}.</p>",
        f"<p>Dataset: <code>{html.escape(document.dataset or 'none')}</code></p>",
        _overview(document),
    ]
    for stage in document.stages:
        parts += _details(store, stage, request.profile)
    title = html.escape(document.scene)
    return f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>{''.join(parts)}\n"


def _overview(document: SceneDocument) -> str:
    rows = [
        (stage.subject, stage.job, _result(stage), f"{stage.wall_s:.1f} s" + (" (reused)" if stage.reused else ""))
        for stage in document.stages
    ]
    return _table(("object", "job", "result", "time"), rows)


def _result(stage: StageOutcome) -> str:
    if stage.error:
        return f"failed: {stage.error.type}: {stage.error.message}"
    return "passed" if stage.passed else f"REJECTED: {'; '.join(stage.reasons)}"


def _details(store: Store, stage: StageOutcome, profile_name: str) -> Iterator[str]:
    for ref in stage.outputs:
        manifest = load_manifest(store, ref)
        yield f"<h2>{html.escape(stage.subject)}: {stage.job}</h2>"
        verdict = load_verdict(store, ref, load_profile(profile_name))
        if verdict:
            yield _table(("check", "of", "measured", "result"), [_finding(item) for item in verdict.findings])
        maker = html.escape(manifest.provenance.maker)
        warnings = "".join(f"<li>{html.escape(text)}</li>" for text in manifest.provenance.warnings)
        yield f"<p>Made by <b>{maker}</b>, <code>outputs/{ref.job}/{ref.key}</code></p><ul>{warnings}</ul>"
        yield from (_picture(store, manifest, item) for item in _pictures(manifest))


def _finding(finding: Finding) -> tuple[str, str, str, str]:
    value = "not measured" if finding.value is None else f"{finding.value:.4g}"
    return (
        finding.requirement.check,
        finding.subject,
        value,
        "passed" if finding.passed else f"REJECTED: {finding.reason}",
    )


def _pictures(manifest: Manifest) -> list[Artifact]:
    return [item for kind in PICTURES for item in manifest.of_kind(kind)[:MAX_PREVIEWS]]


def _picture(store: Store, manifest: Manifest, item: Artifact) -> str:
    data = base64.b64encode(read_artifact(store, manifest, item)).decode()
    media = "png" if item.path.endswith(".png") else "jpeg"
    return f'<img alt="{html.escape(item.path)}" src="data:image/{media};base64,{data}">'


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def cell(text: str) -> str:
        mark = "no" if text.startswith(("REJECTED", "failed")) else "ok" if text == "passed" else ""
        return f'<td class="{mark}">{html.escape(text)}</td>'

    header = "".join(f"<th>{html.escape(text)}</th>" for text in head)
    body = "".join(f"<tr>{''.join(cell(text) for text in row)}</tr>" for row in rows)
    return f"<table><tr>{header}</tr>{body}</table>"
