"""Recorded episodes, as the episodes job committed them."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from pydantic import ValidationError

from jobs.contracts.episodes import Episode
from jobs.contracts.manifest import Artifact, ManifestRef
from jobs.export.errors import IncompleteEpisode, RepeatedEpisode, UnreadableRecording
from jobs.runtime.workspace import Workspace

MAX_SIDE_PX = 4096
MAX_DOCUMENT_BYTES = 1_000_000
_NPY_HEADER_BYTES = 4096
_WIDEST_VALUE_BYTES = 8


@dataclass(frozen=True)
class Trajectory:
    """`timestamp_s` (n,) float64, `state` (n, S) float32, `action` (n, A) float32."""

    timestamp_s: NDArray[np.float64]
    state: NDArray[np.float32]
    action: NDArray[np.float32]


@dataclass(frozen=True)
class OpenRecording:
    """Local copies of one episode's files."""

    episode: Episode
    trajectory_file: Path
    videos: dict[str, Path]

    def trajectory(self) -> Trajectory:
        """Raises: UnreadableRecording: Not the arrays that `episode.json` announces."""
        arrays = {
            "timestamp": self._array("timestamp", (self.episode.frames,)),
            "state": self._array("state", (self.episode.frames, len(self.episode.state_names))),
            "action": self._array("action", (self.episode.frames, len(self.episode.action_names))),
        }
        expected_s = np.arange(self.episode.frames) / self.episode.fps
        if not np.allclose(arrays["timestamp"], expected_s, rtol=0, atol=1e-4):
            expected = f"frames every 1/{self.episode.fps} s from 0"
            raise self._unreadable(self.trajectory_file, "other timestamps", expected)
        return Trajectory(
            arrays["timestamp"].astype(np.float64),
            arrays["state"].astype(np.float32),
            arrays["action"].astype(np.float32),
        )

    def size_px(self, camera: str) -> tuple[int, int]:
        """Width and height, from the header. Raises: UnreadableRecording."""
        with self._container(camera) as container:
            context = container.streams.video[0].codec_context
            return context.width, context.height

    def frames(self, camera: str) -> Iterator[NDArray[np.uint8]]:
        """(height, width, 3) sRGB, exactly as rendered.

        Raises:
            UnreadableRecording: Damaged, or more or fewer frames than announced.
        """
        count, reformatter = 0, VideoReformatter()
        with self._container(camera) as container:
            try:
                for frame in container.decode(video=0):
                    count += 1
                    yield np.asarray(reformatter.reformat(frame, format="rgb24", threads=1).to_ndarray(), np.uint8)
            except av.error.FFmpegError as error:
                seen = f"damage after {count} frames ({error})"
                raise self._unreadable(self.videos[camera], seen, "a whole video") from error
        if count != self.episode.frames:
            raise self._unreadable(self.videos[camera], f"{count} frames", f"{self.episode.frames}")

    def _array(self, name: str, shape: tuple[int, ...]) -> NDArray[np.floating]:
        limit = int(np.prod(shape)) * _WIDEST_VALUE_BYTES + _NPY_HEADER_BYTES
        try:
            with zipfile.ZipFile(self.trajectory_file) as archive:
                if archive.getinfo(f"{name}.npy").file_size > limit:
                    raise self._unreadable(self.trajectory_file, f"a larger '{name}'", f"shape {shape}")
            with np.load(self.trajectory_file, allow_pickle=False) as arrays:
                array = arrays[name]
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise self._unreadable(self.trajectory_file, f"no readable '{name}' ({error})", f"shape {shape}") from error
        if array.shape != shape or not np.issubdtype(array.dtype, np.floating):
            raise self._unreadable(self.trajectory_file, f"'{name}' {array.shape} {array.dtype}", f"{shape}, floating")
        if not np.isfinite(array).all():
            raise self._unreadable(self.trajectory_file, f"NaN or infinity in '{name}'", "finite numbers")
        return array

    @contextmanager
    def _container(self, camera: str) -> Iterator[InputContainer]:
        path = self.videos[camera]
        try:
            container = av.open(path)
        except av.error.FFmpegError as error:
            raise self._unreadable(path, f"no video ({error})", "a lossless RGB video") from error
        with container:
            video = container.streams.video
            pixels = video[0].codec_context.format if video else None
            if pixels is None or not pixels.is_rgb or max(pixels.width, pixels.height) > MAX_SIDE_PX:
                seen = f"{pixels.width} x {pixels.height} {pixels.name}" if pixels else "no video stream"
                raise self._unreadable(path, seen, f"RGB, at most {MAX_SIDE_PX} pixels a side")
            yield container

    def _unreadable(self, file: Path, seen: str, expected: str) -> UnreadableRecording:
        return UnreadableRecording(label(self.episode), file.name, seen, expected)


class Recorded(Protocol):
    """An episode whose files can be opened, for as long as the context lasts."""

    @property
    def episode(self) -> Episode: ...

    def opened(self) -> AbstractContextManager[OpenRecording]: ...


@dataclass(frozen=True)
class Recording:
    """One committed episode; its files are fetched when it is opened and gone from disk afterwards."""

    episode: Episode
    shard: ManifestRef
    trajectory: Artifact
    videos: dict[str, Artifact]
    workspace: Workspace

    @contextmanager
    def opened(self) -> Iterator[OpenRecording]:
        """Local files, so that disk space does not grow with the number of episodes."""
        trajectory = self.workspace.open_artifact(self.shard, self.trajectory)
        videos = {camera: self.workspace.open_artifact(self.shard, item) for camera, item in self.videos.items()}
        try:
            yield OpenRecording(self.episode, trajectory, videos)
        finally:
            for file in (trajectory, *videos.values()):
                file.unlink(missing_ok=True)


def label(episode: Episode) -> str:
    """How a message names an episode."""
    return f"Episode {episode.index} of '{episode.object}' in scene '{episode.scene}'"


def find_recordings(workspace: Workspace, shards: Iterable[ManifestRef]) -> tuple[Recording, ...]:
    """Every episode of every shard, in an order that does not depend on how they were sharded.

    Raises:
        IncompleteEpisode: A trajectory or a video is missing.
        RepeatedEpisode: The same episode lies in two shards.
        UnreadableRecording: A document that is none.
    """
    found = [
        _locate(workspace, shard, document)
        for shard in shards
        for document in workspace.manifests[shard].of_kind("episode/document")
    ]
    found.sort(key=lambda recording: _identity(recording.episode))
    for one, other in itertools.pairwise(found):
        if _identity(one.episode) == _identity(other.episode):
            raise RepeatedEpisode(label(one.episode))
    return tuple(found)


def _identity(episode: Episode) -> tuple[str, str, str, int, int]:
    return episode.scene, episode.object, episode.task, episode.seed, episode.index


def _locate(workspace: Workspace, shard: ManifestRef, document: Artifact) -> Recording:
    episode = _read_document(workspace, shard, document)
    folder = document.path.rpartition("/")[0]
    files = {item.path: item for item in workspace.manifests[shard].artifacts}
    wanted = {name: files.get(f"{folder}/{name}") for name in ("trajectory.npz", *_video_names(episode).values())}
    missing = [name for name, item in wanted.items() if item is None]
    if missing:
        raise IncompleteEpisode(label(episode), ", ".join(missing))
    present = {name: item for name, item in wanted.items() if item is not None}
    videos = {camera: present[name] for camera, name in _video_names(episode).items()}
    return Recording(episode, shard, present["trajectory.npz"], videos, workspace)


def _read_document(workspace: Workspace, shard: ManifestRef, document: Artifact) -> Episode:
    if document.bytes > MAX_DOCUMENT_BYTES:
        raise UnreadableRecording(document.path, "episode.json", f"{document.bytes} bytes", f"<= {MAX_DOCUMENT_BYTES}")
    try:
        return Episode.from_json(workspace.open_artifact(shard, document).read_bytes())
    except ValidationError as error:
        raise UnreadableRecording(document.path, "episode.json", str(error), "a document of schema 1") from error


def _video_names(episode: Episode) -> dict[str, str]:
    return {camera: f"{camera}.mkv" for camera in episode.cameras}
