"""Synthetic recordings in the exact layout of the episodes job, committed and admitted by a gate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.episodes import Episode, SimulatorStamp
from jobs.contracts.export import ExportRequest
from jobs.contracts.manifest import Artifact, Environment, Manifest, ManifestRef, Provenance
from jobs.export.recording import Recording, find_recordings
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.job import execute
from jobs.runtime.profiles import load_profile
from jobs.runtime.settings import Settings
from jobs.runtime.store import sha256_of
from jobs.runtime.workspace import Workspace, silent

EPISODES_CHECKS = {"replay_exact": 1.0, "states_finite": 1.0, "image_contrast": 0.2, "object_visible": 1.0}


@dataclass(frozen=True)
class Take:
    """What to record; everything else follows from it."""

    index: int = 0
    frames: int = 12
    success: bool = True
    object: str = "duck"
    robot: str = "panda"
    fps: int = 20
    cameras: tuple[str, ...] = ("front", "wrist")
    size_px: tuple[int, int] = (64, 48)
    state_names: tuple[str, ...] = ("q0", "q1", "grip")
    action_names: tuple[str, ...] = ("a0", "a1")
    seed: int = 7

    @property
    def episode(self) -> Episode:
        return Episode(
            schema_version=1,
            scene="kitchen",
            object=self.object,
            task="pick_place",
            task_description=f"pick the {self.object} and place it on the mat",
            index=self.index,
            seed=self.seed,
            frames=self.frames,
            fps=self.fps,
            cameras=self.cameras,
            state_names=self.state_names,
            action_names=self.action_names,
            robot=self.robot,
            success=self.success,
            failure=None if self.success else "dropped",
            placement_error_m=0.01,
            lift_m=0.2,
            simulator=SimulatorStamp(
                simulator="mujoco",
                version="4.0.0",
                device="cpu",
                renderer="mujoco (osmesa)",
                timestep_s=0.002,
                integrator="implicitfast",
            ),
        )

    def arrays(self) -> dict[str, np.ndarray]:
        rng = np.random.default_rng((self.seed, self.index, len(self.object)))
        return {
            "timestamp": np.arange(self.frames) / self.fps,
            "state": rng.normal(size=(self.frames, len(self.state_names))).astype(np.float32),
            "action": rng.uniform(-1, 1, (self.frames, len(self.action_names))).astype(np.float32),
            "simulator_state": rng.normal(size=(self.frames + 1, 5)),
            "control": rng.normal(size=(self.frames, 2)),
        }

    def pictures(self, camera: str) -> np.ndarray:
        """(frames, height, width, 3): a gradient and a square that moves; mirrored in all but the first camera."""
        width, height = self.size_px
        y, x = np.mgrid[0:height, 0:width]
        pictures = np.empty((self.frames, height, width, 3), np.uint8)
        for k in range(self.frames):
            shift = 3 * self.index
            pictures[k] = np.stack((x * 2 + shift, y * 3 + k, (x + y) + 40), axis=2).astype(np.uint8)
            left = 4 + (3 * k) % (width - 24)
            pictures[k, 8:24, left : left + 16] = (200, 60 + 5 * k % 100, 40)
        return pictures if camera == self.cameras[0] else np.ascontiguousarray(pictures[:, :, ::-1])

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "episode.json").write_bytes(self.episode.to_json())
        np.savez(folder / "trajectory.npz", **self.arrays())
        for camera in self.cameras:
            write_lossless(folder / f"{camera}.mkv", self.pictures(camera), self.fps)


def write_lossless(path: Path, pictures: np.ndarray, fps: int) -> None:
    with av.open(path, "w", options={"fflags": "+bitexact"}) as container:  # else Matroska adds a random identifier
        stream = container.add_stream("libx264rgb", rate=fps)
        stream.height, stream.width = pictures.shape[1:3]
        stream.pix_fmt = "rgb24"
        stream.options = {"crf": "0", "preset": "ultrafast"}
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


class Studio:
    """Commits takes as episodes manifests with a passed verdict."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = FolderStore(str(root / "store"))
        self.settings = Settings(work_dir=root / "work", image=None, isaac_sim_root=None)

    def commit(self, *takes: Take, leave_out: str = "", spoil=None, admitted: bool = True) -> ManifestRef:
        """`spoil` may damage the folder before it is committed."""
        key = hashlib.sha256(repr((takes, leave_out, spoil)).encode()).hexdigest()
        ref = ManifestRef(job="episodes", key=key)
        folder = self.root / "recorded" / key
        for take in takes:
            take.write(folder / f"episodes/{take.index:06d}")
        if spoil is not None:
            spoil(folder)
        kinds = {".json": "episode/document", ".npz": "episode/trajectory", ".mkv": "episode/video"}
        artifacts = tuple(
            Artifact(
                kind=kinds[file.suffix],
                path=file.relative_to(folder).as_posix(),
                sha256=sha256_of(file),
                bytes=file.stat().st_size,
            )
            for file in sorted(folder.rglob("*"))
            if file.is_file() and file.name != leave_out
        )
        for item in artifacts:
            self.store.upload(folder / item.path, f"{paths.attempt(ref, 'a')}/{item.path}")
        now = datetime(2026, 11, 1, tzinfo=UTC)
        manifest = Manifest(
            schema_version=1,
            job="episodes",
            key=key,
            request_sha256="0" * 64,
            inputs=(),
            artifacts=artifacts,
            checks=tuple(CheckResult(name=name, subject="duck", value=v) for name, v in EPISODES_CHECKS.items()),
            provenance=Provenance(maker="mujoco", seed=7, versions={"mujoco": "4.0.0"}),
            environment=Environment(
                attempt="a", host="h", platform="p", python="3.11", started_at=now, finished_at=now
            ),
        )
        assert self.store.create(paths.manifest(ref), manifest.to_json())
        if admitted:
            publish_verdict(self.store, decide(manifest, load_profile("demo")))
        return ref

    def export(self, *shards: ManifestRef, **options) -> Manifest:
        """Run the job."""
        request = ExportRequest(schema_version=1, profile="demo", name="toys", episodes=shards, **options)
        return execute(request, self.store, self.settings, silent).manifest

    def folder_of(self, manifest: Manifest) -> Path:
        """Where the committed dataset lies."""
        return Path(self.store.uri) / paths.attempt(manifest.ref, manifest.environment.attempt) / "dataset"

    def recordings(self, *shards: ManifestRef) -> tuple[Recording, ...]:
        """What the job would find."""
        manifests = {ref: load_manifest(self.store, ref) for ref in shards}
        return find_recordings(Workspace(self.root / "read", self.store, "0" * 64, manifests, silent), shards)


def check(manifest: Manifest, name: str) -> CheckResult:
    (found,) = [item for item in manifest.checks if item.name == name]
    return found
