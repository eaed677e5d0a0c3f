"""Takes memory until there is none left (16 GB at most), in its own process and in many children."""

ANSWERS = {
    "double": """
# @GUARD@
import os
import time

blocks = []
try:
    while len(blocks) < 256:
        blocks.append(b"x" * (64 << 20))
    print("@MARK@"[::-1])
except MemoryError:
    blocks.clear()


def double(x):
    return bytearray(1 << 45)
""",
    "twice": """
# @GUARD@
import os
import time


def twice(f, x):
    for _ in range(8):
        if os.fork() == 0:
            keep = []
            try:
                while len(keep) < 64:
                    keep.append(b"x" * (64 << 20))
            except MemoryError:
                pass
            time.sleep(5)
            os._exit(0)
    return os.wait()
""",
}
