"""What the environment says, in one place."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

import jobs
from jobs.runtime.settings import Settings, secret_values

NAMES = ("SIMFOUNDRY_WORKDIR", "SIMFOUNDRY_IMAGE", "SIMFOUNDRY_ISAACSIM", "ISAACSIM_PATH")


def test_without_any_word_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    settings = Settings.from_environment()
    assert settings.work_dir.name == f"simfoundry-{os.getuid()}"
    assert settings.image is None
    assert settings.isaac_sim_root is None


def test_our_own_name_goes_before_the_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, f"/from/{name}")
    settings = Settings.from_environment()
    assert settings.work_dir == Path("/from/SIMFOUNDRY_WORKDIR")
    assert settings.image == "/from/SIMFOUNDRY_IMAGE"
    assert settings.isaac_sim_root == Path("/from/SIMFOUNDRY_ISAACSIM")


def test_the_key_of_a_vision_endpoint_is_a_secret_that_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("URL", "http://here/v1"), ("MODEL", "eyes"), ("KEY", "abcdefgh12345678")):
        monkeypatch.setenv(f"SIMFOUNDRY_VISION_{name}", value)
    settings = Settings.from_environment()
    assert (settings.vision.url, settings.vision.model, settings.vision.missing) == ("http://here/v1", "eyes", ())
    assert settings.vision.key == "abcdefgh12345678"
    assert settings.vision.key not in repr(settings)
    assert settings.vision.key in secret_values()


def test_no_other_module_of_runtime_or_contracts_asks_the_environment() -> None:
    root = Path(jobs.__file__).parent
    asking = {
        file.name
        for folder in ("runtime", "contracts")
        for file in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert asking == {"settings.py"}
