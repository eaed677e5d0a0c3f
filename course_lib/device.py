"""Which machine am I on: device, seeds, and a description for people."""

import os
import platform
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def pick_device(name: str = "auto") -> torch.device:
    """Return the device to compute on; "auto" takes CUDA, then Apple's MPS, then the CPU.

    Raises ValueError if `name` is unknown or names a device that this machine lacks.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(f"name={name!r} is no device; expected 'auto', 'cpu', 'cuda' or 'mps'") from None
    if device.type not in ("cpu", "cuda", "mps"):
        raise ValueError(
            f"name={name!r} is no device of this course; expected 'auto', 'cpu', 'cuda' or 'mps'"
        )
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"name={name!r}, but torch sees {torch.cuda.device_count()} CUDA device(s)")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError("name='mps', but torch sees no MPS device")
    return device


def seed_everything(seed: int) -> torch.Generator:
    """Seed Python, NumPy and torch, and return a CPU generator with the same seed.

    Library functions take the generator; the global seeds are for code that asks for none.
    Raises ValueError unless 0 <= seed < 2**32 (NumPy's range).
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed={seed}; expected an integer from 0 to 2**32 - 1")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - scikit-learn draws from the global state
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def describe() -> str:
    """Describe this machine in a few lines for a person: device, dtype, threads, memory, versions."""
    device = pick_device()
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        bf16 = "bfloat16 ok" if torch.cuda.is_bf16_supported() else "no bfloat16"
        where = f"cuda ({properties.name}, {properties.total_memory / 2**30:.0f} GiB, {bf16})"
    else:
        where = f"{device.type} ({platform.machine()})"
    return "\n".join(
        [
            f"device   {where}",
            f"dtype    {str(torch.get_default_dtype()).removeprefix('torch.')}",
            f"threads  {torch.get_num_threads()} of {os.cpu_count()} cores",
            f"memory   {_memory()}",
            f"versions Python {platform.python_version()}, torch {torch.__version__}, NumPy {np.__version__}",
        ]
    )


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return "unknown"


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute with one thread in the block: for tiny tables, sharing the work out costs more than "
    "the work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
