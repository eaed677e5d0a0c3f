"""Installs trace, profile and monitoring functions that look at and change the variables of other frames."""

ANSWERS = {
    "double": """
import sys
import threading

found = []


def watch(frame, event, arg):
    for name in ("secret", "expected", "checks"):
        if name in frame.f_locals:
            found.append(frame.f_locals[name])
            print("@MARK@"[::-1])
    if frame.f_code.co_name == "score":
        frame.f_locals["self"].results = []
    return watch


for install in (sys.settrace, sys.setprofile, threading.settrace, threading.setprofile):
    install(watch)


def double(x):
    return found[-1] if found else 0
""",
}
