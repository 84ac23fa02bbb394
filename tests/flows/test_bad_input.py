"""What a user may get wrong on the command line: a typed error, its exit code, nothing committed."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.flows.command import PROGRAM, Command


def outputs(store: Path) -> list[Path]:
    return [path for part in ("outputs", "verdicts", "datasets") for path in (store / part).rglob("*")]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--mesh", "{brick}", "--units", "mm", "--profile", "labb"), "UnknownProfile"),
        (("--mesh", "{brick}", "--units", "mm", "--simulator", "gazebo"), "SimulatorNotAdmitted"),
        (("--mesh", "{tmp}/no.glb"), "InputMissing"),
        (("--mesh", "{brick}", "--layout", "{tmp}/no.json"), "InputMissing"),
        (("--mesh", "{brick}", "--layout", "{tmp}/of_another.json"), "places mug; objects it can place: brick"),
        (("--photos", "{tmp}/empty"), "NoPhotos"),
        (("--parts", "{tmp}/empty"), "NoParts"),
        (("--parts", "{tmp}/empty", "--known-size", "1"), "OptionMisplaced"),
        (("--scan", "{tmp}/empty"), "NoFrames"),
        (("--picture", "{tmp}/no.jpg"), "InputMissing"),
        (("--mesh", "{brick}", "--units", "mm", "--episodes", "0"), "InvalidRequest"),
        (("--mesh", "{brick}", "{tmp}/no.glb", "--mass", "1"), "OneObjectOnly"),
        (("--mesh", "{brick}", "{tmp}/no.glb", "--mass-tolerance", "0.1"), "OneObjectOnly"),
        (("--mesh", "{brick}", "--units", "mm", "--mass-tolerance", "0.1"), "no mass is given"),
        (("--mesh", "{brick}", "--units", "mm", "--category", "Not A Name"), "--category"),
        (("--request", "{tmp}/broken.json"), "InvalidRequest"),
        (("--request", "{tmp}/climbing.json"), "InvalidRequest"),
        (("--request", "{tmp}/broken.json", "--seed", "1"), "OptionMisplaced"),
        (("--photos", "{tmp}/empty", "--units", "mm"), "OptionMisplaced"),
        (("--mesh", "{brick}", "--known-size", "0.1"), "OptionMisplaced"),
        (("--picture", "{tmp}/no.jpg", "--turntable-step", "10"), "OptionMisplaced"),
        (("--mesh", "{tmp}/no.stl", "--allow-several"), "OptionMisplaced"),
        (("--scan", "{tmp}/empty", "--mass", "1"), "OptionMisplaced"),
        (("--photos", "{tmp}/empty", "--turntable-step", "400"), "--turntable-step"),
        (("--mesh", "{brick}", "--units", "mm", "--format", "max"), "UsageUnknown"),
        (("--photos", "{tmp}/empty", "--known-size", "nan"), "--known-size"),
        (("--mesh", "{brick}", "--units", "mm", "--scene", "Not A Name"), "--scene"),
        (("--mesh", "{brick}", "{tmp}/other/Brick.stl", "--units", "mm"), "NamesClash"),
        (("--mesh", "{brick}", "--until", "the-end"), "UsageUnknown"),
        ((), "UsageUnknown"),
    ],
)
def test_is_refused_with_65_and_nothing_is_committed(
    command: Command, brick: Path, tmp_path: Path, arguments: tuple[str, ...], error: str
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "of_another.json").write_text('{"placements": [{"name": "mug", "position_m": [0, 0]}]}')
    (tmp_path / "climbing.json").write_text(
        '{"schema_version": 1, "scene": "s", "objects": [{"name": "a", "mesh": "../a.glb"}]}'
    )
    filled = [part.format(brick=brick, tmp=tmp_path) for part in arguments]
    done = command("run", *filled, "--store", tmp_path / "store")
    assert done.returncode == 65, done.stderr
    assert error in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout
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


@pytest.mark.parametrize(
    ("arguments", "exit_code", "error"),
    [
        (("show", "nowhere", "--store", "{tmp}"), 65, "SceneUnknown"),
        (("show", "../climbing", "--store", "{tmp}"), 65, "SceneUnknown"),
        (("show", "damaged", "--store", "{tmp}"), 73, "DocumentDamaged"),
        (("show", "nowhere", "--store", "{tmp}/file"), 73, "StoreUnwritable"),
        (("show", "nowhere", "--store", "ftp://nowhere"), 65, "UnknownName"),
        (("verify", "{tmp}/no-dataset"), 65, "CertificateMissing"),
        (("verify",), 65, "UsageUnknown"),
        (("doctor", "--profile", "labb"), 65, "UnknownProfile"),
        (("run", "--mesh", "{tmp}/file", "--units", "mm", "--store", "{tmp}/file"), 73, "StoreUnwritable"),
        (("no-such-command",), 65, "UsageUnknown"),
    ],
)
def test_machines_get_exactly_one_line_of_json(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], exit_code: int, error: str
):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "scenes" / "damaged").mkdir(parents=True)
    (tmp_path / "scenes" / "damaged" / "scene.json").write_text("{}")
    done = command(*(part.format(tmp=tmp_path) for part in arguments), "--json")
    assert done.returncode == exit_code, done.stderr
    [line] = done.stdout.splitlines()
    told = json.loads(line)
    assert told["exit_code"] == told["error"]["exit_code"] == exit_code
    assert told["error"]["type"] == error
    assert not done.stderr


def test_a_setting_that_is_no_number_is_named(command: Command, tmp_path: Path):
    wrong = Command({**command.environment, "SIMFOUNDRY_PARALLEL_JOBS": "many"})
    done = wrong("show", "nowhere")
    assert done.returncode == 65
    assert "SIMFOUNDRY_PARALLEL_JOBS" in done.stderr


def test_a_prefect_server_that_does_not_answer_is_named_and_worth_another_try(
    command: Command, brick: Path, tmp_path: Path
):
    lost = Command({**command.environment, "PREFECT_API_URL": "http://127.0.0.1:9/api"})
    done = lost("run", "--mesh", brick, "--units", "mm", "--until", "reconstruction", "--store", tmp_path)
    assert done.returncode == 75
    assert "PrefectUnreachable" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(command: Command):
    with subprocess.Popen(
        [PROGRAM, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=command.environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert not process.stderr.read()


@pytest.mark.parametrize(
    ("file", "name"), [("Größe 1.stl", "grosse-1"), ("Müg (old).stl", "mug-old"), ("杯子.stl", "object")]
)
def test_any_file_name_becomes_a_name_that_a_folder_can_have(command: Command, tmp_path: Path, file: str, name: str):
    told = command.json("run", "--mesh", tmp_path / file, tmp_path / f"{name}.stl", "--store", tmp_path / "store")
    assert told["error"]["type"] == "NamesClash"
    assert f"'{name}'" in told["error"]["message"]
