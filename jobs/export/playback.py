"""Plays a dataset's videos as a training loop would: by timestamp."""

from __future__ import annotations

import math
from collections.abc import Generator
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

IDENTICAL_PSNR_DB = 100.0


def play(path: Path, from_s: float, tolerance_s: float) -> Generator[tuple[float, NDArray[np.uint8]]]:
    """Time [s] and picture (height, width, 3) of every frame that is shown at or after `from_s`.

    Raises:
        av.error.FFmpegError: Damaged, truncated or no video.
    """
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        container.seek(round(from_s / stream.time_base), stream=stream)
        reformatter = VideoReformatter()
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= from_s - tolerance_s:
                picture = reformatter.reformat(frame, format="rgb24", threads=1).to_ndarray()
                yield frame.time, np.asarray(picture, np.uint8)


def count_frames(path: Path) -> int:
    """Coded frames in the file, whatever its header claims. Raises: av.error.FFmpegError."""
    with av.open(path) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


def compute_psnr_db(seen: NDArray[np.uint8], recorded: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio of 8-bit pictures; `IDENTICAL_PSNR_DB` stands for infinity."""
    mean_square = float(np.mean(np.square(seen.astype(np.int32) - recorded)))
    return min(IDENTICAL_PSNR_DB, 10 * math.log10(255**2 / mean_square)) if mean_square else IDENTICAL_PSNR_DB
