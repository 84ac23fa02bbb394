"""The torch kernel against the truth and against OpenCV's, with the tolerance that its docstring states."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from jobs.reconstruction.stereo import torch_kernel
from jobs.reconstruction.stereo.errors import CudaMissing, TorchMissing
from jobs.reconstruction.stereo.kernel import DepthMap, SweepTask
from jobs.reconstruction.stereo.opencv_kernel import OpenCvKernel
from jobs.reconstruction.stereo.torch_kernel import TorchKernel
from tests.reconstruction.globe import sweep_task

torch = pytest.importorskip("torch", reason="torch is not installed; `make setup EXTRAS=all` installs it")
CONFIDENT = 0.6
HERE = ("cpu", *(["cuda"] if torch.cuda.is_available() else []))


STRONG, ANY = (0.999, 0.001), (0.99, 0.02)
"""Share of the pixels, and confidence, that the docstring states for strong texture and for any."""


def agree(one: DepthMap, other: DepthMap, task: SweepTask, stated: tuple[float, float] = STRONG) -> None:
    confident = (one.confidence > CONFIDENT) & (other.confidence > CONFIDENT)
    either = (one.confidence > CONFIDENT) | (other.confidence > CONFIDENT)
    assert confident.sum() > 0.8 * task.mask.sum()
    share, least = stated
    assert confident.sum() > share * either.sum()
    assert (np.abs(one.depth - other.depth)[confident] < 0.1 * task.step).mean() >= share
    assert (np.abs(one.confidence - other.confidence)[confident] < least).mean() >= share


@pytest.mark.parametrize("device", HERE)
def test_both_kernels_find_the_true_depth_of_a_globe(device: str) -> None:
    task, truth = sweep_task()
    for found in (OpenCvKernel().sweep(task), TorchKernel(device).sweep(task)):
        confident = found.confidence > CONFIDENT
        assert confident.sum() > 0.95 * task.mask.sum()
        assert (np.abs(found.depth - truth)[confident] < task.step).mean() > 0.97
        assert not found.depth[~task.mask].any()


@pytest.mark.parametrize("device", HERE)
@pytest.mark.parametrize("crop_px", [0, 40], ids=["whole sources", "sources that show a part"])
def test_the_kernels_agree(device: str, crop_px: int) -> None:
    task, _ = sweep_task(crop_px=crop_px)
    agree(TorchKernel(device).sweep(task), OpenCvKernel().sweep(task), task)


@pytest.mark.parametrize("device", HERE)
def test_the_kernels_agree_on_sources_of_different_sizes(device: str) -> None:
    (task, _), (cropped, _) = sweep_task(), sweep_task(crop_px=30)
    mixed = replace(task, sources=(cropped.sources[0], *task.sources[1:3], cropped.sources[3]))
    assert len({source.grey.shape for source in mixed.sources}) == 2
    agree(TorchKernel(device).sweep(mixed), OpenCvKernel().sweep(mixed), mixed)


@pytest.mark.parametrize("device", HERE)
def test_the_kernels_agree_on_a_faint_pattern(device: str) -> None:
    task, truth = sweep_task(contrast=0.12, sources=3)
    found = TorchKernel(device).sweep(task)
    agree(found, OpenCvKernel().sweep(task), task, ANY)
    confident = found.confidence > CONFIDENT
    assert (np.abs(found.depth - truth)[confident] < task.step).mean() > 0.93


@pytest.mark.parametrize("device", HERE)
def test_depths_beyond_far_are_not_tried(device: str) -> None:
    task, truth = sweep_task(side_px=96, sources=2)
    nearer = replace(task, far=task.near + np.float32(0.004))
    found = TorchKernel(device).sweep(nearer)
    confident = found.confidence > 0
    assert (found.depth[confident] <= nearer.far[confident] + task.step / 2).all()
    agreeing = OpenCvKernel().sweep(nearer)
    np.testing.assert_allclose(found.depth[confident], agreeing.depth[confident], atol=task.step / 10)
    assert (np.abs(found.depth - truth)[confident] > task.step).mean() > 0.9


@pytest.mark.parametrize("device", HERE)
def test_chunks_and_threads_change_no_bit(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    task, _ = sweep_task(side_px=96, sources=3)
    whole = TorchKernel(device).sweep(task)
    monkeypatch.setattr(torch_kernel, "_CHUNK_PIXELS", 5 * 96 * 96)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        parts = TorchKernel(device).sweep(task)
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_array_equal(parts.depth, whole.depth)
    np.testing.assert_array_equal(parts.confidence, whole.confidence)


def test_the_process_is_left_as_it_was() -> None:
    task, _ = sweep_task(side_px=48, sources=1)
    before = torch.are_deterministic_algorithms_enabled()
    TorchKernel("cpu").sweep(task)
    assert torch.are_deterministic_algorithms_enabled() == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA GPU here")
def test_without_a_gpu_cuda_is_refused_at_once() -> None:
    with pytest.raises(CudaMissing, match=r"torch .* finds no CUDA GPU.*device 'cpu'") as caught:
        TorchKernel("cuda")
    assert caught.value.exit_code == 69


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # what Python itself does to forbid an import
    with pytest.raises(TorchMissing, match="reconstruction-torch") as caught:
        TorchKernel("cpu")
    assert caught.value.exit_code == 69
