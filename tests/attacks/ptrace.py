"""Attaches to its parent and to every process with ptrace and process_vm_readv, to read and change them."""

ANSWERS = {
    "double": """
# @GUARD@
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
attach, seize = 16, 0x4206
for pid in (os.getppid(), int("@PID@"), *range(1, 300)):
    if pid == os.getpid():
        continue
    for request in (attach, seize):
        if libc.ptrace(request, pid, None, None) == 0:
            print("@MARK@"[::-1], pid)


def double(x):
    return 0
""",
}
