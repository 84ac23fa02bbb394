"""Providers are tried in order, and the result says who made it and why the others did not."""

from __future__ import annotations

from pathlib import Path

import pytest
import trimesh

from jobs.contracts.reconstruction import SOURCE_OF_PROVIDER, ReconstructionRequest
from jobs.reconstruction.errors import AllProvidersFailed, NoPhotos, NoProviderTakes
from jobs.reconstruction.reconstructor import PROVIDERS, reconstruct
from jobs.runtime.errors import UnknownName
from jobs.runtime.registry import resolve
from jobs.runtime.workspace import Workspace, silent
from tests.reconstruction.conftest import Bench

TABLE = {
    **PROVIDERS,
    "breaking": "tests.reconstruction.breaking:Breaking",
    "absent": "tests.reconstruction.breaking:Absent",
    "picky": "tests.reconstruction.breaking:Picky",
}


@pytest.fixture
def workspace(bench: Bench, tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work", bench.store, "0" * 64, {}, silent)


@pytest.fixture
def request_for_box(bench: Bench, tmp_path: Path) -> ReconstructionRequest:
    folder = tmp_path / "mesh"
    folder.mkdir()
    trimesh.creation.box((0.1, 0.1, 0.1)).export(folder / "box.glb")
    return bench.mesh(folder / "box.glb")


def asking(request: ReconstructionRequest, *providers: str) -> ReconstructionRequest:
    return request.model_copy(update={"providers": providers})


def test_a_provider_that_breaks_hands_over(workspace: Workspace, request_for_box: ReconstructionRequest) -> None:
    request = asking(request_for_box, "breaking", "absent", "visual_hull", "mesh_import", "picky")
    made, maker, failures = reconstruct(request, workspace, TABLE)
    assert maker == "mesh_import"
    assert len(made.mesh.faces) == 12
    assert [failure.provider for failure in failures] == ["breaking", "absent", "visual_hull"]
    assert "out of memory at step 3" in failures[0].error
    assert "takes photos, not mesh" in failures[2].error


def test_bad_input_is_final(workspace: Workspace, request_for_box: ReconstructionRequest) -> None:
    with pytest.raises(NoPhotos):
        reconstruct(asking(request_for_box, "picky", "mesh_import"), workspace, TABLE)


def test_no_provider_for_this_kind_of_source(workspace: Workspace, request_for_box: ReconstructionRequest) -> None:
    with pytest.raises(NoProviderTakes, match=r"visual_hull.*'mesh'"):
        reconstruct(asking(request_for_box, "visual_hull"), workspace)


def test_all_broke(workspace: Workspace, request_for_box: ReconstructionRequest) -> None:
    with pytest.raises(AllProvidersFailed, match=r"breaking.*absent: no weights") as caught:
        reconstruct(asking(request_for_box, "breaking", "absent"), workspace, TABLE)
    assert caught.value.exit_code == 69


def test_an_unknown_provider_is_named_before_any_work(
    workspace: Workspace, request_for_box: ReconstructionRequest
) -> None:
    with pytest.raises(UnknownName, match=r"No provider named 'visual_hul'.*Did you mean 'visual_hull'"):
        reconstruct(asking(request_for_box, "mesh_import", "visual_hul"), workspace)


def test_the_table_of_sources_is_what_the_providers_take() -> None:
    takes = {name: resolve("provider", PROVIDERS, name)().takes for name in PROVIDERS}
    assert takes == {name: frozenset({kind}) for name, kind in SOURCE_OF_PROVIDER.items()}
