"""Leaves a daemon behind by forking twice, which waits and then writes into the class and answers."""

ANSWERS = {
    "double": """
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    for second in range(60):
        time.sleep(1)
        for folder in ("@ROOT@", "@ROOT@/class", "/tmp", "/dev/shm", "/var/tmp"):
            try:
                open(f"{folder}/@MARK@-daemon", "a").write("@MARK@")
            except OSError:
                pass
    os._exit(0)


def double(x):
    return 0
""",
}
