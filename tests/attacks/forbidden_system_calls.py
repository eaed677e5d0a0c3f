"""Calls parts of the kernel that no lab needs: bpf, perf, keys, io_uring, userfaultfd, file handles, modules."""

ANSWERS = {
    "double": """
import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
CALLS = {
    "x86_64": dict(bpf=321, perf_event_open=298, add_key=248, keyctl=250, io_uring_setup=425, userfaultfd=323,
        open_by_handle_at=304, init_module=175, kexec_load=246, pivot_root=155, reboot=169, swapon=167),
    "aarch64": dict(bpf=280, perf_event_open=241, add_key=217, keyctl=219, io_uring_setup=425, userfaultfd=282,
        open_by_handle_at=265, init_module=105, kexec_load=104, pivot_root=41, reboot=142, swapon=224),
}
block = ctypes.create_string_buffer(256)
for name, number in CALLS.get(platform.machine(), {}).items():
    arguments = {"add_key": (b"user", b"x", b"y", 1, -3), "keyctl": (0, -3, 1), "io_uring_setup": (4, block)}
    if libc.syscall(number, *arguments.get(name, (0, 0, 0, 0, 0))) >= 0:
        print("@MARK@"[::-1], name)


def double(x):
    return 0
""",
}
