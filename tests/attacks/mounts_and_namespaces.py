"""Makes namespaces and mounts of its own, enters those of others, and leaves a chroot."""

ANSWERS = {
    "double": """
# @GUARD@
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
NEW_USER, NEW_NS, NEW_NET, NEW_PID = 0x10000000, 0x00020000, 0x40000000, 0x20000000
if os.fork() == 0:
    for flags in (NEW_USER | NEW_NS | NEW_PID, NEW_USER, NEW_NS, NEW_NET):
        if libc.unshare(flags) == 0:
            open("/tmp/unshared", "w").write("unshare")
    for kind in (b"tmpfs", b"proc", b"sysfs"):
        if libc.mount(b"none", b"/tmp", kind, 0, None) == 0:
            open("/tmp/mounted", "w").write("mount")
    if libc.mount(b"", b"/", None, 1 << 5 | 1 << 12, None) == 0:  # remount, writable
        open("/tmp/mounted", "w").write("remount")
    libc.umount2(b"/proc", 2)
    for name in ("mnt", "pid", "user", "net"):
        try:
            if libc.setns(os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0) == 0 and name != "user":
                open("/tmp/entered", "w").write("setns")
        except OSError:
            pass
    try:
        os.mkdir("/tmp/jail")
        os.chroot("/tmp/jail")
        for _ in range(20):
            os.chdir("..")
        os.chroot(".")
    except OSError:
        pass
    for folder in ("@ROOT@", "/dev/shm", "/"):
        try:
            open(f"{folder}/@MARK@-escaped", "w").write("@MARK@")
        except OSError:
            pass
    os._exit(0)
os.wait()
for name in ("unshared", "mounted", "entered"):
    if os.path.exists(f"/tmp/{name}"):
        print("@MARK@"[::-1], name)


def double(x):
    return 0
""",
}
