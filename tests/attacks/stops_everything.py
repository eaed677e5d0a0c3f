"""Sends SIGSTOP to every process that it can name, and then to itself: nothing is dead and nothing moves."""

ANSWERS = {
    "double": """
# @GUARD@
import os
import signal


def double(x):
    for pid in (os.getppid(), int("@PID@"), 1, *range(2, 5000), os.getpid()):
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            pass
    return 0
""",
}
