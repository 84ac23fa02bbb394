"""What one frame of a dataset holds, and the episodes' agreement on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobs.contracts.episodes import Episode
from jobs.export import layout
from jobs.export.errors import MixedEpisodes
from jobs.export.recording import OpenRecording, label


@dataclass(frozen=True)
class Features:
    """Common to all episodes of a dataset. `sizes_px`: camera to (width, height)."""

    robot: str
    fps: int
    state_names: tuple[str, ...]
    action_names: tuple[str, ...]
    sizes_px: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, recording: OpenRecording) -> Features:
        """Those of one episode."""
        episode = recording.episode
        return cls(
            robot=episode.robot,
            fps=episode.fps,
            state_names=episode.state_names,
            action_names=episode.action_names,
            sizes_px={camera: recording.size_px(camera) for camera in episode.cameras},
        )

    def describe(self) -> dict[str, Any]:
        """`features` of info.json."""
        return {
            layout.STATE: _described("float32", [len(self.state_names)], list(self.state_names)),
            layout.ACTION: _described("float32", [len(self.action_names)], list(self.action_names)),
            **{layout.video_key(camera): self._describe_video(camera) for camera in self.sizes_px},
            layout.SUCCESS: _described("bool", [1], None),
            layout.TIMESTAMP: _described("float32", [1], None),
            **{name: _described("int64", [1], None) for name in layout.COUNTERS},
        }

    def _describe_video(self, camera: str) -> dict[str, Any]:
        width, height = self.sizes_px[camera]
        return _described("video", [height, width, 3], ["height", "width", "channels"]) | {
            "info": {
                "video.height": height,
                "video.width": width,
                "video.codec": "h264",
                "video.pix_fmt": "yuv420p",
                "video.is_depth_map": False,
                "video.fps": self.fps,
                "video.channels": 3,
                "has_audio": False,
            }
        }


def require_agreement(episodes: Sequence[Episode]) -> None:
    """Raises: MixedEpisodes: They differ in what a dataset has only one of."""
    for what, field in (
        ("robot", "robot"),
        ("frame rate (fps)", "fps"),
        ("list of cameras", "cameras"),
        ("list of state names", "state_names"),
        ("list of action names", "action_names"),
    ):
        seen: dict[str, str] = {}
        for episode in episodes:
            seen.setdefault(str(getattr(episode, field)), label(episode))
        if len(seen) > 1:
            raise MixedEpisodes(what, seen)


def require_sizes(features: Features, recording: OpenRecording, first: Episode) -> None:
    """Raises: MixedEpisodes: A camera's pictures have another size than in the first episode."""
    for camera, size_px in Features.of(recording).sizes_px.items():
        if size_px != features.sizes_px[camera]:
            seen = {str(features.sizes_px[camera]): label(first), str(size_px): label(recording.episode)}
            raise MixedEpisodes(f"size of camera '{camera}'", seen)


def _described(dtype: str, shape: list[int], names: list[str] | None) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "names": names}
