"""A store, assets in it, and a scene that is loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trimesh

from jobs.contracts.episodes import EpisodesRequest, RecordingSettings
from jobs.contracts.manifest import ManifestRef
from jobs.episodes.asset import TableObject, read_asset
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.job import Execution, execute
from jobs.runtime.settings import Settings
from jobs.runtime.workspace import silent
from tests.episodes.assets import PROFILE, commit_asset, write_asset

SMALL = RecordingSettings(width_px=48, height_px=32)
Poses = tuple[tuple[float, float, float, float], ...]


@pytest.fixture
def make_object(tmp_path: Path) -> Callable[..., TableObject]:
    """An object that lies in a folder."""

    def make(parts: list[trimesh.Trimesh], mass_kg: float = 0.1, name: str = "thing", **options: Poses) -> TableObject:
        return read_asset(*write_asset(tmp_path / f"asset-{name}", name, parts, mass_kg, **options))

    return make


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(str(tmp_path / "store"))


@pytest.fixture
def commit(tmp_path: Path, store: FolderStore) -> Callable[..., ManifestRef]:
    """An object that lies in the store."""

    def make(parts: list[trimesh.Trimesh], mass_kg: float = 0.1, name: str = "thing", **options: Poses) -> ManifestRef:
        folder = tmp_path / f"asset-{name}"
        write_asset(folder, name, parts, mass_kg, **options)
        return commit_asset(store, folder)

    return make


@pytest.fixture
def run_job(tmp_path: Path, store: FolderStore) -> Callable[..., Execution]:
    """Run the job on an asset in the store, with small pictures."""

    def run(asset: ManifestRef, **options: object) -> Execution:
        request = EpisodesRequest.model_validate(
            {
                "schema_version": 1,
                "profile": PROFILE,
                "scene": "table",
                "asset": asset,
                "episode_count": 1,
                "simulators": ("mujoco",),
                "recording": SMALL,
                **options,
            }
        )
        settings = Settings(work_dir=tmp_path / "work", image=None, isaac_sim_root=None)
        return execute(request, store, settings, silent)

    return run
