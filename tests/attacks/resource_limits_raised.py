"""Raises its own limits: memory, processes, CPU time, file size, priority and processors."""

ANSWERS = {
    "double": """
import os
import resource

for name in ("AS", "NPROC", "CPU", "FSIZE", "NOFILE", "DATA", "STACK", "MEMLOCK"):
    kind = getattr(resource, f"RLIMIT_{name}")
    before = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if resource.RLIM_INFINITY not in before:
            print("@MARK@"[::-1], name)
    except (OSError, ValueError):
        pass
try:
    os.nice(-20)
    print("@MARK@"[::-1], "nice")
except OSError:
    pass
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))
    print("@MARK@"[::-1], "scheduler")
except OSError:
    pass


def double(x):
    return 0
""",
}
