"""A chain of jobs stops where one fails and says where."""

from pathlib import Path

import pytest
from prefect import flow
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.outcome import Chain, Stopped
from jobs.contracts.reconstruction import MeshSource, ReconstructionRequest
from jobs.contracts.run import ObjectRequest
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.profiles import load_profile
from tasks.intake import take_in


def test_a_chain_stops_at_the_error_and_keeps_it(tmp_path: Path, prefect_api: str):
    (tmp_path / "empty.stl").write_bytes(b"solid\nendsolid\n")
    store = FolderStore(str(tmp_path / "store"))
    source = take_in(ObjectRequest(name="empty", mesh="empty.stl", units="mm"), tmp_path, store)
    assert isinstance(source, MeshSource)
    request = ReconstructionRequest(
        schema_version=1, profile="demo", name="empty", source=source, providers=("mesh_import",)
    )
    chain = Chain("empty", load_profile("demo"), store.uri)

    @flow(name="one chain")
    def one_chain() -> None:
        chain.run(request)

    with temporary_settings({PREFECT_API_URL: prefect_api}), pytest.raises(Stopped):
        one_chain()
    [outcome] = chain.outcomes
    assert outcome.passed is None
    assert outcome.error is not None
    assert outcome.error.exit_code == 65
