"""Waits for the end of the kernel (atexit, finalizers, threads) to publish a forged score and leave a mark."""

ANSWERS = {
    "double": """
import atexit
import sys
import threading
import weakref
from pathlib import Path


def late():
    print(4.0)
    try:
        get_ipython().displayhook(4.0)
    finally:
        for folder in ("@ROOT@/class", "/tmp", "/dev/shm", "."):
            try:
                Path(folder, "@MARK@-exit").write_text("@MARK@")
            except OSError:
                pass


class Late:
    def __del__(self):
        late()


kept = Late()
atexit.register(late)
weakref.finalize(kept, late)
threading._register_atexit(late)
sys.excepthook = sys.unraisablehook = lambda *args: late()
threading.Timer(2, late).start()


def double(x):
    return 0
""",
}
