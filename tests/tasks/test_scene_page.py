"""The page shows results, reasons and pictures, and nothing that a stranger wrote becomes part of its code."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import Artifact, Environment, Manifest, ManifestRef, Provenance, Usage
from jobs.contracts.report import ErrorReport
from jobs.contracts.run import ObjectRequest, RunRequest, SceneDocument, StageOutcome
from jobs.runtime import paths
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.profiles import load_profile
from tasks.page_parts import link, picture, table
from tasks.scene_page import publish_scene, render_page
from tasks.settings import OperatorSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = OperatorSettings("store", 1, 60.0, 0.5, "EUR")
INJECTION = "<script>alert(1)</script>"
PICTURE = b"\x89PNG\r\n\x1a\n not decoded here"
USAGE = Usage(wall_s=2, cpu_s=7200, peak_memory_bytes=1_000_000, bytes_read=0, bytes_written=0)


class Links(HTMLParser):
    """Collects what a page links to and loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.sources: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value for name, value in attrs if name == "href" and value]
        self.sources += [value for name, value in attrs if name == "src" and value]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(str(tmp_path / "store"))


def commit(store: FolderStore, extent_m: float) -> ManifestRef:
    """A judged mesh with a contact sheet and a warning that somebody malicious worded."""
    ref = ManifestRef(job="reconstruction", key="a" * 64)
    manifest = Manifest(
        schema_version=1,
        job=ref.job,
        key=ref.key,
        request_sha256="b" * 64,
        inputs=(),
        artifacts=(
            Artifact(
                kind="picture/contact_sheet",
                path="sheet.png",
                sha256=hashlib.sha256(PICTURE).hexdigest(),
                bytes=len(PICTURE),
            ),
            Artifact(kind="mesh/glb", path="mesh.glb", sha256="c" * 64, bytes=1),
        ),
        checks=(CheckResult(name="longest_extent_m", subject="mug", value=extent_m, unit="m", detail=INJECTION),),
        provenance=Provenance(maker="mesh_import", warnings=(INJECTION,)),
        usage=USAGE,
        environment=Environment(attempt="one", host="h", platform="p", python="3.11", started_at=NOW, finished_at=NOW),
    )
    store.create(paths.artifact(manifest, manifest.artifacts[0]), PICTURE)
    store.create(paths.manifest(ref), manifest.to_json())
    publish_verdict(store, decide(manifest, load_profile("demo")))
    return ref


def scene(*stages: StageOutcome, dataset: str | None = None) -> SceneDocument:
    request = RunRequest(
        schema_version=1,
        scene="kitchen",
        objects=(ObjectRequest(name="mug", mesh="mug.glb"), ObjectRequest(name="bowl", mesh="bowl.glb")),
        until="reconstruction",
    )
    return SceneDocument(
        schema_version=1,
        scene="kitchen",
        request=request,
        stages=stages,
        dataset=dataset,
        started_at=NOW,
        updated_at=NOW,
    )


def passed(ref: ManifestRef) -> StageOutcome:
    return StageOutcome(job="reconstruction", subject="mug", outputs=(ref,), passed=True, wall_s=1, usage=USAGE)


def failed() -> StageOutcome:
    error = ErrorReport(type="EmptyMesh", message=f"{INJECTION} has no faces", exit_code=65)
    return StageOutcome(job="reconstruction", subject="bowl", error=error, wall_s=1)


def test_what_strangers_wrote_is_shown_but_never_run(store: FolderStore):
    page = render_page(store, scene(passed(commit(store, 0.1)), failed()), SETTINGS)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_parts_escape_text_attributes_and_addresses():
    assert str(table(("a<",), [("b&",)])) == "<table><tr><th>a&lt;</th></tr><tr><td>b&amp;</td></tr></table>"
    assert '"onload=' not in picture(PICTURE, '"onload=evil', "small")
    assert link('../a b"#?.usd', "usd") == '<a href="../a%20b%22%23%3F.usd">usd</a>'


def test_pictures_are_inside_the_page_and_links_stay_inside_the_store(store: FolderStore, tmp_path: Path):
    document = publish_scene(store, scene(passed(commit(store, 0.1)), dataset="datasets/kitchen/1"), SETTINGS)
    assert document.report == "scenes/kitchen/report.html"
    page = store.read(document.report).decode()
    links = Links(page)
    assert links.sources
    assert all(source.startswith("data:image/png;base64,") for source in links.sources)
    targets = {target.removeprefix("../../") for target in links.targets}
    assert len(targets) == len(set(links.targets))
    assert {"datasets/kitchen/1/certificate.json", "scenes/kitchen/scene.json"} <= targets
    assert f"outputs/reconstruction/{'a' * 64}/attempts/one/mesh.glb" in targets
    assert str(tmp_path) not in page


def test_an_object_that_failed_says_so_first_and_why(store: FolderStore):
    page = render_page(store, scene(passed(commit(store, 0.1)), failed()), SETTINGS)
    assert page.index("bowl: reconstruction failed") < page.index("<table>")
    assert "EmptyMesh" in page
    assert re.search(r"<b>1 of 2</b>objects got through", page)


def test_what_a_gate_rejected_shows_the_measurement_beside_the_bound(store: FolderStore):
    ref = commit(store, 50.0)
    rejected = StageOutcome(
        job="reconstruction", subject="mug", outputs=(ref,), passed=False, reasons=("50 m is above 5 m",), wall_s=1
    )
    page = render_page(store, scene(rejected), SETTINGS)
    assert "nothing got through" in page
    assert "<td>50</td><td>0.005 .. 5</td>" in page
    assert "<details open>" in page


def test_the_cost_is_shown_where_a_price_is_known(store: FolderStore):
    page = render_page(store, scene(passed(commit(store, 0.1))), SETTINGS)
    assert "7200.0 CPU s, 1.0000 EUR" in page


def test_a_scene_of_which_nothing_is_known_yet_is_under_way(store: FolderStore):
    assert "under way" in render_page(store, scene(), SETTINGS)
