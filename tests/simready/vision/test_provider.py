"""Who is asked, in which order, and what becomes of the answer."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import trimesh
from PIL import Image

from jobs.contracts.manifest import Manifest
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.errors import UnknownName
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from jobs.runtime.workspace import Workspace, silent
from jobs.simready.physics.identity import identify
from jobs.simready.physics.materials import find_material
from jobs.simready.vision.errors import NothingToShow, VisionBusy, VisionUnsure
from jobs.simready.vision.provider import Look, look_at, shrink
from jobs.simready.vision.readiness import probe_vision
from tests.simready.conftest import ANY_COLLIDER, RunJob, commit_reconstruction, request_physics
from tests.simready.vision.server import KEY, MODEL, VisionServer, answer, say

ASKING = {"providers": ("openai_compatible",), "attempts": 1, "time_limit_s": 5}
CAN = {"material": "steel", "category": "food_can", "confidence": 0.8, "moving_parts": []}
BOX = trimesh.creation.box((0.1, 0.06, 0.04))


@pytest.fixture
def connected(vision_server: VisionServer, monkeypatch: pytest.MonkeyPatch) -> VisionServer:
    """The environment names the server."""
    monkeypatch.setenv("SIMFOUNDRY_VISION_URL", vision_server.url)
    monkeypatch.setenv("SIMFOUNDRY_VISION_MODEL", MODEL)
    monkeypatch.setenv("SIMFOUNDRY_VISION_KEY", KEY)
    return vision_server


@pytest.fixture
def disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "MODEL", "KEY"):
        monkeypatch.delenv(f"SIMFOUNDRY_VISION_{name}", raising=False)


def look(folder: Path, **fields: Any) -> tuple[SimreadyRequest, Look, int]:
    """The request, what was seen, and how many calls the workspace counted."""
    store = FolderStore(str(folder / "store"))
    mesh = commit_reconstruction(store, folder, BOX)
    request = request_physics(mesh=mesh, **fields)
    return request, *_look_at(request, store, folder, load_manifest(store, mesh))


def _look_at(request: SimreadyRequest, store: FolderStore, folder: Path, manifest: Manifest) -> tuple[Look, int]:
    workspace = Workspace(folder / "work", store, "0" * 64, {request.mesh: manifest}, silent)
    return look_at(request, workspace), workspace.external_calls


@pytest.mark.parametrize("said", [{"material": "wood"}, {"category": "mug"}])
def test_a_model_is_not_asked_what_the_request_says(
    connected: VisionServer, tmp_path: Path, said: dict[str, str]
) -> None:
    _, seen, calls = look(tmp_path, vision=ASKING, **said)
    assert (seen, calls, connected.asked) == (Look(), 0, [])


def test_a_model_is_not_asked_unless_the_request_allows_it(connected: VisionServer, tmp_path: Path) -> None:
    _, seen, calls = look(tmp_path)
    assert (seen, calls, connected.asked) == (Look(), 0, [])


def test_what_is_seen_is_taken_with_wider_intervals_and_names_the_model(
    connected: VisionServer, tmp_path: Path
) -> None:
    connected.replies = [say({**CAN, "category": "fork"})]
    request, seen, calls = look(tmp_path, vision={**ASKING, "widening": 2})
    identity, steel = identify(request, seen), find_material("steel").density_kg_m3
    density = identity.estimate_density(walls_shown=True)
    assert (identity.material.name, density.source, calls) == ("steel", f"vision:{MODEL}", 1)
    assert (density.low, density.value, density.high) == (steel.low / 2, steel.value, steel.high * 2)


def test_a_can_that_is_seen_is_filled_like_one(connected: VisionServer, tmp_path: Path) -> None:
    connected.replies = [say(CAN)]
    request, seen, _ = look(tmp_path, vision=ASKING)
    density = identify(request, seen).estimate_density(walls_shown=False)
    assert (density.value, density.source) == (1000, f"vision:{MODEL}")


def test_a_category_alone_names_its_usual_material(connected: VisionServer, tmp_path: Path) -> None:
    connected.replies = [say({**CAN, "material": "unknown", "category": "mug"})]
    request, seen, _ = look(tmp_path, vision=ASKING)
    assert identify(request, seen).material.name == "ceramic"


def test_a_model_that_knows_nothing_leaves_the_object_unspecified(connected: VisionServer, tmp_path: Path) -> None:
    connected.replies = [say({**CAN, "material": "unknown", "category": "unknown"})]
    request, seen, _ = look(tmp_path, vision=ASKING)
    assert identify(request, seen).source == "default"


def test_nothing_that_is_guessed_bounces_higher_than_it_fell() -> None:
    assert find_material("rubber").widened(5).restitution.high == 1


def test_an_unsure_model_is_left_out_and_its_call_still_counts(connected: VisionServer, tmp_path: Path) -> None:
    connected.replies = [say({**CAN, "confidence": 0.3})]
    _, seen, calls = look(tmp_path, vision=ASKING)
    assert (seen.answer, calls) == (None, 1)
    assert seen.failures[0].error == str(VisionUnsure(MODEL, 0.3, 0.6))


def test_one_that_cannot_be_asked_is_recorded(disconnected: None, tmp_path: Path) -> None:
    request, seen, calls = look(tmp_path, vision=ASKING)
    assert (identify(request, seen).source, calls) == ("default", 0)
    [failure] = seen.failures
    assert failure.provider == "openai_compatible"
    assert "SIMFOUNDRY_VISION_URL is not set" in failure.error


def test_one_that_is_busy_ends_the_job_for_now(connected: VisionServer, tmp_path: Path) -> None:
    connected.replies = [answer(503, b"")]
    with pytest.raises(VisionBusy):
        look(tmp_path, vision=ASKING)


def test_a_provider_of_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"No vision provider named 'oracle'\. Known: openai_compatible"):
        look(tmp_path, vision={"providers": ("oracle",)})


def test_a_mesh_without_a_picture_is_not_shown_to_anybody(connected: VisionServer, tmp_path: Path) -> None:
    store = FolderStore(str(tmp_path / "store"))
    mesh = commit_reconstruction(store, tmp_path, BOX)
    manifest = load_manifest(store, mesh)
    bare = manifest.model_copy(update={"artifacts": manifest.of_kind("mesh/glb")})
    seen, calls = _look_at(request_physics(mesh=mesh, vision=ASKING), store, tmp_path, bare)
    assert (seen.answer, calls, connected.asked) == (None, 0, [])
    assert seen.failures[0].error == str(NothingToShow())


def test_pictures_are_sent_small(tmp_path: Path) -> None:
    Image.new("RGBA", (3000, 1000)).save(tmp_path / "large.png")
    assert Image.open(io.BytesIO(shrink(tmp_path / "large.png", 512))).size == (512, 171)


def test_the_whole_job_with_a_guess_is_a_demo_but_no_training_data(connected: VisionServer, run_job: RunJob) -> None:
    connected.replies = [say({**CAN, "moving_parts": [{"part": "lid", "kind": "revolute"}]})]
    finished = run_job(BOX, vision=ASKING, colliders=ANY_COLLIDER)
    asset, manifest = finished.asset, finished.manifest
    assert (asset.mass_kg.source, asset.material, asset.category) == (f"vision:{MODEL}", "steel", "food_can")
    assert finished.check("mass_source").value == 1
    assert manifest.usage is not None
    assert manifest.usage.external_calls == 1
    assert any("guessed from a picture" in item and "lid (revolute)" in item for item in manifest.provenance.warnings)
    assert KEY.encode() not in b"".join(file.read_bytes() for file in finished.folder.rglob("*") if file.is_file())
    assert any("mass_source" in reason for reason in decide(manifest, load_profile("lab")).reasons)
    assert not any("mass_source" in reason for reason in decide(manifest, load_profile("demo")).reasons)


def test_the_doctor_asks_a_server_that_is_set_up(connected: VisionServer) -> None:
    connected.replies = [say(CAN)]
    [readiness] = probe_vision()
    assert (readiness.kind, readiness.name, readiness.ready) == ("provider", "openai_compatible", True)
    assert f"'{MODEL}' says 'steel'" in readiness.detail


def test_the_doctor_says_what_is_missing(disconnected: None) -> None:
    [readiness] = probe_vision()
    assert not readiness.ready
    assert "SIMFOUNDRY_VISION_KEY" in readiness.remedy
