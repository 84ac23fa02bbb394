"""H.264 video: one clip per episode, and files that hold many clips one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from jobs.contracts.export import VideoSettings

Picture = NDArray[np.uint8]
# x264's AVX-512 code gave other bytes for one clip in 250 on a busy machine; SSE and AVX2 never did in 2500 each.
REPRODUCIBLE = "asm=SSE4.2:cpu-independent=1"


def encode_clip(
    pictures: Iterable[Picture], size_px: tuple[int, int], fps: int, settings: VideoSettings, path: Path
) -> int:
    """Encode pictures (height, width, 3) to an mp4 of their own.

    One thread and a fixed set of instructions, so that the same pictures always give the same bytes; no B-frames, so
    that clips can be joined.

    Returns: the size of the file [bytes].
    """
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"
        stream.options = {
            "preset": settings.preset,
            "crf": str(settings.crf),
            "g": str(settings.gop),
            "bf": "0",
            "x264-params": REPRODUCIBLE,
        }
        context = stream.codec_context
        context.thread_count = 1
        context.colorspace, context.color_range = Colorspace.ITU601, ColorRange.MPEG
        reformatter = VideoReformatter()
        for number, picture in enumerate(pictures):
            frame = reformatter.reformat(
                av.VideoFrame.from_ndarray(picture, format="rgb24"),
                format="yuv420p",
                dst_colorspace=Colorspace.ITU601,
                dst_color_range=ColorRange.MPEG,
                threads=1,
            )
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.stat().st_size


class JoinedVideo:
    """An mp4 that clips are appended to, packet by packet, without encoding them again."""

    def __init__(self, path: Path, fps: int) -> None:
        self.frames = 0
        self._fps = fps
        self._stack = ExitStack()
        self._container: OutputContainer = self._stack.enter_context(
            av.open(path, "w", options={"movflags": "faststart"})
        )
        self._stream: VideoStream | None = None

    @property
    def end_s(self) -> float:
        """Where the next clip begins."""
        return self.frames / self._fps

    def append(self, clip: Path) -> None:
        with av.open(clip) as source:
            template = source.streams.video[0]
            if self._stream is None:
                self._stream = self._container.add_stream_from_template(template)
            for packet in _packets(source.demux(template)):
                assert packet.pts is not None
                assert packet.time_base is not None
                start = round(self.frames / self._fps / packet.time_base)
                packet.pts, packet.dts = packet.pts + start, packet.pts + start
                packet.stream = self._stream
                self._container.mux(packet)
            self.frames += template.frames

    def close(self) -> None:
        self._stack.close()


def _packets(demuxed: Iterable[Packet]) -> Iterator[Packet]:
    """Without the empty packet that ends every stream."""
    return (packet for packet in demuxed if packet.size)
