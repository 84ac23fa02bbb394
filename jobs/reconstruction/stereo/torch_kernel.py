"""The plane sweep by torch: all depths of a source at once, on a GPU."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from jobs.reconstruction.stereo.errors import CudaMissing, TorchMissing
from jobs.reconstruction.stereo.kernel import DepthMap, Plane, SweepTask

_CHUNK_PIXELS = 1 << 22
"""Sources times depths times pixels worked on at once: some eight planes of so many float64 are alive, 270 MB."""
_LEAST_VARIANCE = 1e-7
_WORST = -1.0
_one_at_a_time = threading.Lock()
"""Whether torch insists on deterministic algorithms is one setting for the whole process."""
Tensor = Any  # torch is imported on use: an optional dependency of some hundred megabytes


class TorchKernel:
    """See `SweepKernel`. Agrees with `OpenCvKernel` but for rounding: in 99 % of the pixels that both are confident of
    (0.6), depths differ by less than a tenth of a step, and confidences by less than 0.02; on strong texture in 99.9 %,
    and by less than 0.001.

    Most of the difference is OpenCV's float32 where there is little contrast: against the same formulas in float64 this
    kernel's confidences were within 0.0001 on rendered photos. It works with deterministic algorithms only.

    Raises:
        TorchMissing: torch is not installed.
        CudaMissing: `cuda` was asked for, and torch finds no such GPU. It never falls back to another device.
    """

    def __init__(self, device: str = "cuda") -> None:
        try:
            import torch
        except ImportError as error:
            raise TorchMissing() from error
        if device == "cuda" and not torch.cuda.is_available():
            raise CudaMissing(torch.__version__)
        self._torch = torch
        self._device = torch.device(device)

    def sweep(self, task: SweepTask) -> DepthMap:
        with _one_at_a_time, self._deterministic(), self._torch.inference_mode():
            window = _Window(self._torch, self._device, task)
            near, far = (self._put(plane) for plane in (task.near, task.far))
            warps = _Warps(self._torch, self._device, task, near)
            scores = self._torch.empty((task.steps, *task.grey.shape), device=self._device)
            size = max(1, _CHUNK_PIXELS // (task.grey.size * len(task.sources)))
            for start in range(0, task.steps, size):
                steps = self._torch.arange(start, min(start + size, task.steps), device=self._device)[:, None, None]
                best = self._mean_of_best(window.correlate(warps.at(steps)), task.best)
                is_beyond = near + steps * float(np.float32(task.step)) > far
                scores[start : start + size] = best.masked_fill(is_beyond, _WORST)
            return self._choose(scores, near, task, window.is_textured)

    def _mean_of_best(self, correlations: Tensor, best: int) -> Tensor:
        """Mean of the `best` highest of the sources at each place, or of all if they are fewer.

        `topk` would give each place a block of the GPU's threads.
        """
        ranked: list[Tensor] = []
        for worse in correlations.unbind():
            for rank, one in enumerate(ranked):
                ranked[rank], worse = self._torch.maximum(one, worse), self._torch.minimum(one, worse)
            if len(ranked) < best:
                ranked.append(worse)
        return sum(ranked[1:], ranked[0]) / len(ranked)

    def _choose(self, scores: Tensor, near: Tensor, task: SweepTask, textured: Tensor) -> DepthMap:
        """The depth of the highest score, between steps where both neighbours are known."""
        torch = self._torch
        confidence, highest = scores.max(dim=0)
        middle = highest.clamp(1, task.steps - 2)
        before, here, after = (scores.gather(0, (middle + shift)[None])[0] for shift in (-1, 0, 1))
        curvature = before - 2 * here + after
        peaked = (highest == middle) & (curvature < -1e-6)
        between = torch.where(peaked, 0.5 * (before - after) / torch.where(peaked, curvature, 1), 0).clamp(-0.5, 0.5)
        depth = near + task.step * (highest + between)
        found = textured & (confidence > 0)
        zero = torch.zeros((), device=self._device)
        return DepthMap(*(torch.where(found, plane, zero).float().cpu().numpy() for plane in (depth, confidence)))

    def _put(self, plane: Plane) -> Tensor:
        return self._torch.from_numpy(np.ascontiguousarray(plane, np.float32)).to(self._device)

    @contextmanager
    def _deterministic(self) -> Iterator[None]:
        before = self._torch.are_deterministic_algorithms_enabled()
        self._torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            self._torch.use_deterministic_algorithms(before)


class _Window:
    """What the windows of the reference hold; computed once a task.

    In float64: variances are small differences of large sums, and where there is little contrast float32 leaves two
    digits of them.
    """

    def __init__(self, torch: Any, device: Any, task: SweepTask) -> None:
        self._torch, self._side = torch, task.window
        self._mask = torch.from_numpy(task.mask.astype(np.float64)).to(device)
        grey = torch.from_numpy(task.grey.astype(np.float64)).to(device)
        self._share = 1 / self._blur(self._mask).clamp(min=1e-6)
        self._masked = grey * self._mask
        self._mean = self._blur(self._masked) * self._share
        variance = self._blur(self._masked * grey) * self._share - self._mean * self._mean
        self._inverse_deviation = variance.clamp(min=_LEAST_VARIANCE).rsqrt()
        self.is_textured = (self._mask > 0) & (variance > task.least_contrast**2)

    def correlate(self, other: Tensor) -> Tensor:
        """Zero-mean normalised cross-correlation (..., h, w) with pictures (..., h, w)."""
        other = other.double()
        mean = self._blur(other * self._mask) * self._share
        cross = self._blur(other * self._masked) * self._share - mean * self._mean
        variance = self._blur(other * other * self._mask) * self._share - mean * mean
        return (cross * self._inverse_deviation * variance.clamp(min=_LEAST_VARIANCE).rsqrt()).float()

    def _blur(self, planes: Tensor) -> Tensor:
        """Mean of the window (..., h, w), along columns and then along rows; 0 outside."""
        pool, half = self._torch.nn.functional.avg_pool2d, self._side // 2
        stack = planes.reshape(-1, 1, *planes.shape[-2:])
        rows = pool(stack, (self._side, 1), stride=1, padding=(half, 0))
        return pool(rows, (1, self._side), stride=1, padding=(0, half)).reshape(planes.shape)


class _Warps:
    """All sources resampled to the reference, many depths at once.

    Smaller pictures are filled up with what lies outside of any, 0: few large operations keep a GPU busy.
    """

    def __init__(self, torch: Any, device: Any, task: SweepTask, near: Tensor) -> None:
        sizes = np.array([source.grey.shape for source in task.sources])
        pictures = np.zeros((len(sizes), 1, *sizes.max(axis=0)), np.float32)
        for picture, source in zip(pictures, task.sources, strict=True):
            picture[0, : source.grey.shape[0], : source.grey.shape[1]] = source.grey
        self._torch, self._pictures = torch, torch.from_numpy(pictures).to(device)
        y, x = (torch.arange(side, dtype=torch.float64, device=device) for side in task.grey.shape)
        M = torch.from_numpy(np.stack([source.M for source in task.sources])).to(device)[..., None, None]
        rays = (M[:, :, 0] * x + (M[:, :, 1] * y[:, None] + M[:, :, 2])).float()
        b = torch.from_numpy(np.stack([source.b for source in task.sources])).to(device)[..., None, None]
        self._start = (near * rays + b.float())[:, :, None]
        self._stride = (float(np.float32(task.step)) * rays)[:, :, None]

    def at(self, steps: Tensor) -> Tensor:
        """(sources, n, h, w) for steps (n, 1, 1); 0 outside the picture."""
        x, y, depth = (self._start + steps * self._stride).unbind(dim=1)
        height, width = self._pictures.shape[-2:]
        grid = self._torch.stack([_normalised(x / depth, width), _normalised(y / depth, height)], dim=-1)
        warped = self._torch.nn.functional.grid_sample(
            self._pictures,
            grid.flatten(1, 2),
            mode="bilinear",
            padding_mode="zeros",
            align_corners=True,
        )
        return warped.reshape(grid.shape[:-1])


def _normalised(pixels: Tensor, size: int) -> Tensor:
    """From -1 at the first pixel to 1 at the last; what is far outside, or nowhere, is put just outside."""
    inside = pixels.nan_to_num(nan=-2.0).clamp(-2.0, size + 1.0)
    return inside * (2 / max(size - 1, 1)) - 1
