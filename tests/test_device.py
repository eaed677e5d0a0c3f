"""Device, seeds and the description for people."""

import random

import numpy as np
import pytest
import torch

from course_lib.device import describe, one_thread, pick_device, seed_everything


def test_auto_finds_a_device_that_computes():
    assert float(torch.ones(2, device=pick_device()).sum()) == 2.0
    assert pick_device("cpu").type == "cpu"


@pytest.mark.parametrize("name", ["gpu", "", "cuda:99", "meta"])
def test_unknown_devices_are_refused(name):
    with pytest.raises(ValueError, match="name="):
        pick_device(name)


def test_a_seed_fixes_every_source_of_chance():
    def draw(seed: int) -> list[float]:
        generator = seed_everything(seed)
        return [
            random.random(),
            np.random.rand(),  # noqa: NPY002
            float(torch.rand(())),
            float(torch.rand((), generator=generator)),
        ]

    assert draw(3) == draw(3)
    assert all(a != b for a, b in zip(draw(3), draw(4), strict=True))


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(ValueError, match=f"seed={seed}"):
        seed_everything(seed)


def test_description_names_what_matters():
    text = describe()
    for word in ("device", "dtype", "float32", "threads", "memory", "Python", torch.__version__):
        assert word in text


def test_one_thread_is_for_the_block_only():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
    with pytest.raises(KeyError, match="x"), one_thread():
        raise KeyError("x")
    assert torch.get_num_threads() == before
