"""Exercises the export: writes a small dataset and opens it again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyarrow as pa

from jobs.contracts.episodes import Episode, SimulatorStamp
from jobs.contracts.export import VideoSettings
from jobs.contracts.report import Readiness
from jobs.export.features import Features
from jobs.export.finding import Reopening
from jobs.export.recording import OpenRecording
from jobs.export.reopen import reopen
from jobs.export.writer import DatasetWriter
from jobs.runtime.workspace import silent

_FRAMES = 6
_SIDE_PX = 64
_ENOUGH_DB = 30.0


@dataclass(frozen=True)
class _Sample:
    """A made-up episode on disk."""

    episode: Episode
    files: OpenRecording

    @contextmanager
    def opened(self) -> Iterator[OpenRecording]:
        yield self.files


def probe() -> tuple[Readiness, ...]:
    """Two short episodes, written and compared frame by frame."""
    started = time.monotonic()
    ready, detail = _attempt(_round_trip)
    return (
        Readiness(
            kind="job",
            name="export",
            ready=ready,
            version=f"av {av.__version__}, pyarrow {pa.__version__}",
            seconds=time.monotonic() - started,
            detail=detail,
            remedy="" if ready else "Install the 'export' extra: pip install -e '.[export]'. Free some disk space.",
        ),
    )


def _attempt(trial: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, trial()
    except (OSError, ValueError, LookupError, AssertionError, pa.ArrowException) as error:
        return False, f"{type(error).__name__}: {error}"


def _round_trip() -> str:
    with tempfile.TemporaryDirectory() as folder:
        found = _write_and_reopen(Path(folder))
    if found.problems or found.equal_rows != 2 * _FRAMES or found.psnr_db is None or found.psnr_db < _ENOUGH_DB:
        raise ValueError(f"{found.equal_rows} equal rows, {found.psnr_db} dB; {'; '.join(found.problems)}")
    return f"wrote and re-read 2 episodes, {found.compared_frames} frames at {found.psnr_db:.0f} dB or better"


def _write_and_reopen(folder: Path) -> Reopening:
    samples = [_make_sample(folder / f"recorded{index}", index) for index in range(2)]

    def new_file(path: str) -> Path:
        file = folder / "dataset" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    writer = DatasetWriter(Features.of(samples[0].files), VideoSettings(), new_file, folder)
    for sample in samples:
        writer.add(sample.files)
    writer.finish()
    return reopen(folder / "dataset", samples, silent)


def _make_sample(folder: Path, index: int) -> _Sample:
    folder.mkdir()
    stamp = SimulatorStamp(
        simulator="none", version="", device="cpu", renderer="none", timestep_s=0.002, integrator="none"
    )
    episode = Episode(
        schema_version=1,
        scene="probe",
        object="probe",
        task="probe",
        task_description="probe",
        index=index,
        seed=0,
        frames=_FRAMES,
        fps=20,
        cameras=("front",),
        state_names=("x", "y"),
        action_names=("x",),
        robot="none",
        success=True,
        failure=None,
        placement_error_m=0.0,
        lift_m=0.0,
        simulator=stamp,
    )
    ramp = np.arange(2 * _FRAMES, dtype=np.float32).reshape(_FRAMES, 2) + index
    np.savez(folder / "trajectory.npz", timestamp=np.arange(_FRAMES) / episode.fps, state=ramp, action=ramp[:, :1])
    _film(folder / "front.mkv", episode.fps)
    return _Sample(episode, OpenRecording(episode, folder / "trajectory.npz", {"front": folder / "front.mkv"}))


def _film(path: Path, fps: int) -> None:
    """A grey ramp that moves, lossless."""
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264rgb", rate=fps, options={"crf": "0", "preset": "ultrafast"})
        stream.width = stream.height = _SIDE_PX
        stream.pix_fmt = "rgb24"
        for number in range(_FRAMES):
            ramp = np.broadcast_to(np.arange(_SIDE_PX, dtype=np.uint8) * 3 + number, (_SIDE_PX, _SIDE_PX))
            frame = av.VideoFrame.from_ndarray(np.repeat(ramp[..., None], 3, axis=2), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
