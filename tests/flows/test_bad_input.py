"""What a user may get wrong on the command line: a typed error, its exit code, nothing committed."""

from pathlib import Path

import pytest

from tests.flows.command import Command


def outputs(store: Path) -> list[Path]:
    return [path for part in ("outputs", "verdicts", "datasets") for path in (store / part).rglob("*")]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--mesh", "{brick}", "--units", "mm", "--profile", "labb"), "UnknownProfile"),
        (("--mesh", "{brick}", "--units", "mm", "--simulator", "gazebo"), "SimulatorNotAdmitted"),
        (("--mesh", "{tmp}/no.glb"), "InputMissing"),
        (("--photos", "{tmp}/empty"), "NoPhotos"),
        (("--photos", "{tmp}/uncalibrated"), "NoCameras"),
        (("--mesh", "{brick}", "--units", "mm", "--episodes", "0"), "InvalidRequest"),
        (("--mesh", "{brick}", "{tmp}/no.glb", "--mass", "1"), "OneObjectOnly"),
        (("--request", "{tmp}/broken.json"), "InvalidRequest"),
        (("--request", "{tmp}/climbing.json"), "InvalidRequest"),
    ],
)
def test_is_refused_with_65_and_nothing_is_committed(
    command: Command, brick: Path, tmp_path: Path, arguments: tuple[str, ...], error: str
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "uncalibrated").mkdir()
    (tmp_path / "uncalibrated" / "0.jpg").write_bytes(b"photo")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "climbing.json").write_text(
        '{"schema_version": 1, "scene": "s", "objects": [{"name": "a", "mesh": "../a.glb"}]}'
    )
    filled = [part.format(brick=brick, tmp=tmp_path) for part in arguments]
    done = command("run", *filled, "--store", tmp_path / "store")
    assert done.returncode == 65, done.stderr
    assert error in done.stderr
    assert "Traceback" not in done.stderr
    assert outputs(tmp_path / "store") == []


def test_an_unwritable_store_is_73(command: Command, brick: Path, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    done = command("run", "--mesh", brick, "--units", "mm", "--store", tmp_path / "file" / "store")
    assert done.returncode == 73, done.stderr
    assert "StoreUnwritable" in done.stderr


def test_a_mesh_without_units_is_asked_for_them(command: Command, brick: Path, tmp_path: Path):
    done = command("run", "--mesh", brick, "--until", "reconstruction", "--store", tmp_path / "store")
    assert done.returncode == 65
    assert "--units" in done.stdout
    assert outputs(tmp_path / "store") == []
