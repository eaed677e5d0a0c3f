"""Catches KeyboardInterrupt and everything else in an endless loop, in the cell and in a function."""

ANSWERS = {
    "double": """
import time


def double(x):
    while True:
        try:
            while True:
                time.sleep(0.01)
        except BaseException:
            continue
        finally:
            continue
""",
    "shout": """
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    try:
        pass
    except:
        pass
""",
}
