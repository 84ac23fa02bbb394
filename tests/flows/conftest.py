"""The real command line as a process, and a small mesh to run it on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trimesh

from tests.flows.command import Command


@pytest.fixture(scope="session")
def command(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """`simfoundry` as a process, with its own scratch space."""
    return Command(
        {
            **os.environ,
            "PREFECT_API_URL": prefect_api,
            "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect-client")),
            "SIMFOUNDRY_WORKDIR": str(tmp_path_factory.mktemp("work")),
        }
    )


@pytest.fixture(scope="session")
def brick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mesh that any gripper can take: 40 x 50 x 30 mm."""
    path = tmp_path_factory.mktemp("meshes") / "brick.stl"
    trimesh.creation.box((40, 50, 30)).export(path)
    return path
