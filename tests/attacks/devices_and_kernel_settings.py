"""Opens disks, memory, terminals and the kernel's settings for writing, and types into the grader's terminal."""

ANSWERS = {
    "double": """
import fcntl
import glob
import os
import termios

PLACES = ["/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/net/tun", "/proc/sysrq-trigger",
    "/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/sys/kernel/uevent_helper"]
PLACES += glob.glob("/dev/sd*") + glob.glob("/dev/vd*") + glob.glob("/dev/nvme*") + glob.glob("/dev/loop*")
PLACES += glob.glob("/sys/fs/cgroup/**/cgroup.procs", recursive=True)
for path in PLACES:
    try:
        os.close(os.open(path, os.O_WRONLY))
        print("@MARK@"[::-1], path)
    except OSError:
        pass
for path in ("/dev/tty", "/dev/console", "/dev/pts/0", "/proc/self/fd/0"):
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
        for letter in b"# @MARK@":
            fcntl.ioctl(terminal, termios.TIOCSTI, bytes([letter]))
        print("@MARK@"[::-1], path)
    except OSError:
        pass


def double(x):
    return 0
""",
}
