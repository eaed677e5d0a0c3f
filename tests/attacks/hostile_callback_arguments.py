"""Calls the examiner's callback with objects, classes, huge texts, other callbacks, and from threads and children."""

ANSWERS = {
    "twice": """
import os
import threading


class Odd:
    def __reduce__(self):
        return os.system, ("touch /tmp/@MARK@-callback",)

    def __index__(self):
        return 3

    def __rmul__(self, other):
        return 0

    def __eq__(self, other):
        return True

    __hash__ = None


def twice(f, x):
    for argument in (Odd(), Odd, f, [f], twice, print, "x" * 10**7, {"a": Odd()}, lambda: f(x), None):
        try:
            f(argument)
        except BaseException:
            pass
    threads = [threading.Thread(target=f, args=(x,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    if os.fork() == 0:
        f(x)
        os._exit(0)
    return f
""",
}
