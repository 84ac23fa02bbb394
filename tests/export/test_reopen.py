"""Every kind of damage to a written dataset is found by opening it again."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.export.checks import measure
from jobs.export.job import summarise
from jobs.export.reopen import reopen
from jobs.runtime.workspace import silent
from tests.export.recorded import Studio, Take

DATA = "data/chunk-000/file-000.parquet"
EPISODES = "meta/episodes/chunk-000/file-000.parquet"
FRONT = "videos/observation.images.front/chunk-000/file-000.mp4"
WRIST = "videos/observation.images.wrist/chunk-000/file-000.mp4"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    studio = Studio(tmp_path_factory.mktemp("studio"))
    shard = studio.commit(Take(index=0), Take(index=1))
    manifest = studio.export(shard)
    return studio.folder_of(manifest), studio.recordings(shard)


@pytest.fixture
def root(exported, tmp_path):
    return shutil.copytree(exported[0], tmp_path / "dataset")


def problems(root, exported):
    return "\n".join(reopen(root, exported[1], silent).problems)


def change_json(path, change):
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def change_column(path, name, change):
    table = pq.read_table(path)
    values = table[name].to_pylist()
    change(values)
    position = table.schema.names.index(name)
    pq.write_table(table.set_column(position, table.schema.field(name), pa.array(values, table[name].type)), path)


def test_an_untouched_dataset_has_no_problem(root, exported):
    found = reopen(root, exported[1], silent)
    assert found.problems == []
    assert (found.equal_rows, found.compared_frames, found.expected_frames) == (24, 48, 48)


def test_a_truncated_video_is_found(root, exported):
    file = root / FRONT
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    found = reopen(root, exported[1], silent)
    assert "observation.images.front" in "\n".join(found.problems)
    assert found.compared_frames < found.expected_frames


def test_frames_that_could_not_be_compared_leave_no_measurement(exported, root, make_checks):
    (root / FRONT).unlink()
    checks = make_checks(reopen(root, exported[1], silent))
    assert checks["frame_psnr_db"].error == "only 24 of 48 frames could be compared"
    assert checks["reopened"].value == 0
    assert FRONT in checks["reopened"].detail


def test_swapped_cameras_are_found(root, exported):
    front, wrist = (root / FRONT).read_bytes(), (root / WRIST).read_bytes()
    (root / FRONT).write_bytes(wrist)
    (root / WRIST).write_bytes(front)
    assert reopen(root, exported[1], silent).psnr_db < 20


def test_swapped_episodes_are_found(root, exported):
    change_column(root / DATA, "observation.state", lambda rows: rows.extend([rows.pop(0) for _ in range(12)]))
    found = reopen(root, exported[1], silent)
    assert found.equal_rows == 0
    assert "episode 0: observation.state: wrong statistics" in "\n".join(found.problems)


def test_one_changed_action_is_found(root, exported):
    change_column(root / DATA, "action", lambda rows: rows[5].__setitem__(0, rows[5][0] + 1e-6))
    assert reopen(root, exported[1], silent).equal_rows == 23


def test_recordings_in_another_order_are_found(root, exported):
    found = reopen(root, exported[1][::-1], silent)
    assert found.equal_rows == 0


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda root: change_json(root / "meta/stats.json", lambda d: d["action"]["std"].__setitem__(0, 9)), "std"),
        (
            lambda root: change_json(
                root / "meta/stats.json", lambda d: d["observation.images.front"].update(q50=[[[0.0]]] * 3)
            ),
            "meta/stats.json: observation.images.front: wrong statistics: q50",
        ),
        (lambda root: change_json(root / "meta/stats.json", lambda d: d.pop("action")), "features in meta/stats.json"),
        (lambda root: change_json(root / "meta/info.json", lambda d: d.update(fps=30)), "fps is 30, expected 20"),
        (lambda root: change_json(root / "meta/info.json", lambda d: d.update(total_frames=25)), "total_frames"),
        (lambda root: change_json(root / "meta/info.json", lambda d: d.update(splits={})), "splits"),
        (
            lambda root: change_json(root / "meta/info.json", lambda d: d["features"]["action"].update(names=["x"])),
            "action names",
        ),
        (lambda root: change_json(root / "meta/info.json", lambda d: d.update(video_files_size_in_mb=0.001)), "larger"),
        (lambda root: (root / "meta/info.json").write_text("{"), "metadata"),
        (lambda root: (root / "meta/stats.json").unlink(), "stats.json"),
        (lambda root: (root / "meta/tasks.parquet").unlink(), "tasks.parquet"),
        (lambda root: (root / DATA).write_bytes(b"PAR1"), "episode 0"),
        (lambda root: (root / "videos/extra.mp4").write_bytes(b""), "videos/extra.mp4 belongs to nothing"),
        (
            lambda root: change_column(root / EPISODES, "length", lambda v: v.__setitem__(1, 11)),
            "length is 11, expected 12",
        ),
        (lambda root: change_column(root / EPISODES, "tasks", lambda v: v.__setitem__(0, ["x"])), "tasks"),
        (
            lambda root: change_column(
                root / EPISODES, "videos/observation.images.front/from_timestamp", lambda v: v.__setitem__(1, 0.65)
            ),
            "observation.images.front: length",
        ),
        (
            lambda root: change_column(root / EPISODES, "stats/action/max", lambda v: v[1].__setitem__(1, 3.0)),
            "episode 1: action: wrong statistics: max",
        ),
        (lambda root: change_column(root / DATA, "timestamp", lambda v: v.__setitem__(3, 0.1502)), "timestamps"),
        (lambda root: change_column(root / DATA, "task_index", lambda v: v.__setitem__(3, 1)), "task is"),
        (lambda root: change_column(root / DATA, "index", lambda v: v.__setitem__(3, 4)), "rows lie in order"),
        (lambda root: change_column(root / DATA, "next.success", lambda v: v.__setitem__(11, False)), "next.success"),
        (lambda root: _write_with_wide_timestamps(root / DATA), "type of timestamp is double, expected float"),
        (lambda root: _forget_the_index(root / "meta/tasks.parquet"), "metadata: KeyError"),
    ],
)
def test_damage_is_named(root, exported, damage, named):
    damage(root)
    assert named in problems(root, exported)


@pytest.fixture
def make_checks(exported):
    from jobs.contracts.export import ExportRequest

    recordings = exported[1]
    request = ExportRequest(schema_version=1, profile="demo", name="toys", episodes=(recordings[0].shard,))
    summary = summarise(request, recordings, recordings)
    return lambda found: {check.name: check for check in measure(summary, found)}


def _write_with_wide_timestamps(path):
    table = pq.read_table(path)
    position = table.schema.names.index("timestamp")
    pq.write_table(table.set_column(position, "timestamp", table["timestamp"].cast(pa.float64())), path)


def _forget_the_index(path):
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
