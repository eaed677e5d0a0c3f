"""Kills its parent, its process group, and every process that it can name."""

ANSWERS = {
    "double": """
# @GUARD@
import os
import signal


def double(x):
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in (os.getppid(), int("@PID@"), *range(2, 5000)):
            if pid not in (0, os.getpid()):
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
        try:
            os.killpg(os.getpgid(os.getppid()), number)
        except OSError:
            pass
    os.kill(-1, signal.SIGKILL)
    return 0
""",
}
