"""Takes 4 GB in a way that a limit on the address space does not count: files in memory that nobody maps."""

ANSWERS = {
    "normalise": """
# @GUARD@
import mmap
import os

import torch

kept = []
try:
    for number in range(16):
        handle = os.memfd_create(f"block{number}")
        os.truncate(handle, 256 << 20)
        block = mmap.mmap(handle, 256 << 20)
        for place in range(0, 256 << 20, 4096):
            block[place] = 1
        kept.append(handle)
        block.close()
    print("@MARK@"[::-1])
except (OSError, MemoryError, ValueError):
    pass


def normalise(t):
    return torch.ones(1 << 40)
""",
}
