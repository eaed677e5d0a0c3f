"""Starts threads until none can be started any more (twenty thousand at most)."""

ANSWERS = {
    "double": """
# @GUARD@
import threading
import time

threads = 0
try:
    while threads < 20_000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        threads += 1
    print("@MARK@"[::-1])
except RuntimeError:
    pass


def double(x):
    return threads
""",
}
