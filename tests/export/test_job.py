import json
from dataclasses import replace

import av
import numpy as np
import pyarrow.parquet as pq
import pytest

from jobs.contracts.export import DatasetSummary
from jobs.export.errors import IncompleteEpisode, MixedEpisodes, NoEpisodes, RepeatedEpisode, UnreadableRecording
from jobs.runtime.artifacts import read_artifact
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from tests.export.recorded import Take, check, write_lossless

DATA = "data/chunk-000/file-000.parquet"
FRONT = "videos/observation.images.front/chunk-000/file-000.mp4"


def summary_of(studio, manifest):
    (document,) = manifest.of_kind("dataset/document")
    return DatasetSummary.from_json(read_artifact(studio.store, manifest, document))


def hashes(manifest):
    return {item.path: item.sha256 for item in manifest.of_kind("dataset/file")}


def test_another_reader_finds_the_recorded_rows_and_as_many_frames(studio):
    takes = [Take(index=0, frames=12), Take(index=1, frames=7)]
    root = studio.folder_of(studio.export(studio.commit(*takes)))
    table = pq.read_table(root / DATA)
    state = np.concatenate([take.arrays()["state"] for take in takes])
    action = np.concatenate([take.arrays()["action"] for take in takes])
    assert np.array_equal(np.array(table["observation.state"].to_pylist(), np.float32), state)
    assert np.array_equal(np.array(table["action"].to_pylist(), np.float32), action)
    assert table["index"].to_pylist() == list(range(19))
    assert table["episode_index"].to_pylist() == [0] * 12 + [1] * 7
    assert table["frame_index"].to_pylist() == [*range(12), *range(7)]
    assert table["next.success"].to_pylist() == [False] * 11 + [True] + [False] * 6 + [True]
    assert np.allclose(table["timestamp"].to_pylist(), [k / 20 for k in (*range(12), *range(7))])
    with av.open(root / FRONT) as video:
        assert video.streams.video[0].codec_context.name == "h264"
        times = [frame.time for frame in video.decode(video=0)]
    assert times == pytest.approx([k / 20 for k in range(19)])


def test_information_describes_every_feature(studio):
    info = json.loads((studio.folder_of(studio.export(studio.commit(Take()))) / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0"
    assert (info["fps"], info["robot_type"], info["chunks_size"]) == (20, "panda", 1000)
    assert info["features"]["observation.state"] == {"dtype": "float32", "shape": [3], "names": ["q0", "q1", "grip"]}
    assert info["features"]["observation.images.wrist"]["shape"] == [48, 64, 3]
    assert info["splits"] == {"train": "0:1"}


def test_everything_is_equal_when_opened_again(studio):
    manifest = studio.export(studio.commit(Take(index=0), Take(index=1)))
    assert {item.name: item.value for item in manifest.checks if item.name != "frame_psnr_db"} == {
        "reopened": 1.0,
        "rows_equal": 1.0,
        "successful_episodes": 2.0,
        "success_rate": 1.0,
        "episodes_exported": 2.0,
    }
    assert check(manifest, "frame_psnr_db").value > 30
    assert decide(manifest, load_profile("demo")).passed


def test_failures_stay_out_and_are_accounted_for(studio):
    manifest = studio.export(studio.commit(Take(index=0), Take(index=1, success=False), Take(index=2)))
    episodes = summary_of(studio, manifest).episodes
    assert [(item.index, item.dataset_index, item.failure) for item in episodes] == [
        (0, 0, None),
        (1, None, "dropped"),
        (2, 1, None),
    ]
    assert check(manifest, "success_rate").value == pytest.approx(2 / 3)
    assert check(manifest, "episodes_exported").value == 2


def test_kept_failures_come_last_in_a_split_of_their_own(studio):
    shard = studio.commit(Take(index=0, success=False), Take(index=1), Take(index=2))
    manifest = studio.export(shard, keep_failures=True)
    info = json.loads((studio.folder_of(manifest) / "meta/info.json").read_text())
    assert info["splits"] == {"train": "0:2", "failures": "2:3"}
    assert [item.dataset_index for item in summary_of(studio, manifest).episodes] == [2, 0, 1]
    assert check(manifest, "reopened").value == 1


def test_sharding_changes_no_byte(studio):
    takes = [Take(index=index, success=index != 1) for index in range(4)]
    one = studio.export(studio.commit(*takes))
    three = studio.export(studio.commit(takes[3]), studio.commit(*takes[1:3]), studio.commit(takes[0]))
    assert one.key != three.key
    assert hashes(one) == hashes(three)


def test_same_input_gives_the_same_bytes_in_another_store(studio, tmp_path):
    other = type(studio)(tmp_path / "other")
    first, second = (place.export(place.commit(Take(), Take(index=1))) for place in (studio, other))
    assert first.content_sha256() == second.content_sha256()
    assert hashes(first) == hashes(second)


def test_without_a_success_there_is_evidence_and_no_dataset(studio):
    manifest = studio.export(studio.commit(Take(success=False)))
    verdict = decide(manifest, load_profile("demo"))
    assert hashes(manifest) == {}
    assert summary_of(studio, manifest).episodes[0].failure == "dropped"
    assert "nothing to write" in check(manifest, "reopened").error
    assert check(manifest, "successful_episodes").value == 0
    assert not verdict.passed


@pytest.mark.parametrize(
    ("difference", "named"),
    [
        ({"robot": "ur5"}, "robot"),
        ({"fps": 10}, "frame rate"),
        ({"state_names": ("x", "y", "z")}, "state names"),
        ({"action_names": ("x", "y")}, "action names"),
        ({"cameras": ("front",)}, "cameras"),
        ({"size_px": (32, 48)}, "size of camera 'front'"),
    ],
)
def test_episodes_that_do_not_go_together_are_named(studio, difference, named):
    shards = studio.commit(Take()), studio.commit(replace(Take(index=5), **difference))
    with pytest.raises(MixedEpisodes, match=named) as error:
        studio.export(*shards)
    assert "Episode 0 of 'duck'" in str(error.value)
    assert "Episode 5 of 'duck'" in str(error.value)


def test_overlapping_shards_are_refused(studio):
    with pytest.raises(RepeatedEpisode, match="Episode 1 of 'duck'"):
        studio.export(studio.commit(Take(index=0), Take(index=1)), studio.commit(Take(index=1)))


@pytest.mark.parametrize("file", ["trajectory.npz", "wrist.mkv"])
def test_a_missing_file_is_named(studio, file):
    with pytest.raises(IncompleteEpisode, match=file):
        studio.export(studio.commit(Take(), leave_out=file))


def test_shards_without_episodes_are_refused(studio):
    with pytest.raises(NoEpisodes, match="'toys'"):
        studio.export(studio.commit())


def _rewrite(change):
    def spoil(folder):
        file = folder / "episodes/000000/trajectory.npz"
        arrays = dict(np.load(file))
        change(arrays)
        np.savez(file, **arrays)

    return spoil


def _pickle(arrays):
    arrays["state"] = np.array([{"a": 1}] * 12, dtype=object)


def _truncate(name):
    def spoil(folder):
        file = folder / "episodes/000000" / name
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return spoil


def _lose_a_frame(folder):
    write_lossless(folder / "episodes/000000/front.mkv", Take().pictures("front")[:-1], 20)


def _subsample(folder):
    with av.open(folder / "episodes/000000/front.mkv", "w") as container:
        stream = container.add_stream("libx264", rate=20, width=64, height=48)
        for picture in Take().pictures("front"):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_rewrite(lambda arrays: arrays.pop("action")), "no readable 'action'"),
        (_rewrite(lambda arrays: arrays.update(state=arrays["state"][:-1])), r"\(11, 3\)"),
        (_rewrite(lambda arrays: arrays.update(state=np.zeros((9000, 3)))), "a larger 'state'"),
        (_rewrite(lambda arrays: arrays["state"].__setitem__((3, 1), np.nan)), "NaN"),
        (_rewrite(lambda arrays: arrays.update(timestamp=arrays["timestamp"] + 0.01)), "other timestamps"),
        (_rewrite(_pickle), "no readable 'state'"),
        (_truncate("trajectory.npz"), "trajectory.npz"),
        (_truncate("front.mkv"), "front.mkv"),
        (_truncate("episode.json"), "episode.json"),
        (_lose_a_frame, "11 frames, expected 12"),
        (_subsample, "64 x 48 yuv420p"),
    ],
)
def test_a_spoilt_recording_is_named(studio, spoil, named):
    with pytest.raises(UnreadableRecording, match=named):
        studio.export(studio.commit(Take(), spoil=spoil))
    assert not list(studio.store.list("outputs/export/"))
