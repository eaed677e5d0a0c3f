"""Uses what processes share outside the disk: System V memory and queues, semaphores, keys, the clock."""

ANSWERS = {
    "double": """
import ctypes
import time
from multiprocessing import shared_memory

libc = ctypes.CDLL(None, use_errno=True)
for key in range(1, 64):
    if libc.shmget(key, 0, 0) >= 0 or libc.msgget(key, 0) >= 0:
        print("@MARK@"[::-1], "shared", key)
libc.shmget(7, 1 << 20, 0o1666)
libc.msgget(7, 0o1666)
libc.sem_open(b"/@MARK@", 64, 0o666, 1)
kept = shared_memory.SharedMemory("@MARK@", create=True, size=1 << 20)
for change in (lambda: time.clock_settime(time.CLOCK_REALTIME, 0), lambda: __import__("socket").sethostname("@MARK@")):
    try:
        change()
        print("@MARK@"[::-1], "clock or host name")
    except OSError:
        pass


def double(x):
    return 0
""",
}
