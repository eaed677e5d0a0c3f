"""Sends SIGKILL and SIGSTOP to its process group, for seconds: whoever shares it, in whatever namespace, is hit."""

ANSWERS = {
    "double": """
# @GUARD@
import os
import signal
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
end = time.monotonic() + 2.5
while time.monotonic() < end:
    for number in (signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(0, number)
        except OSError:
            pass
    time.sleep(0.005)


def double(x):
    return 0
""",
}
