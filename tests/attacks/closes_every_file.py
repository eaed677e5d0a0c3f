"""Closes every file descriptor, and puts others in their place."""

ANSWERS = {
    "double": """
import os


def double(x):
    for number in range(4096):
        try:
            os.close(number)
        except OSError:
            pass
    for _ in range(64):
        os.open("/dev/zero", os.O_RDWR)
    return 0
""",
}
