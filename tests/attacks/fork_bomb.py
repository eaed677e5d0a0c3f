"""Forks until nothing can be forked any more (three thousand at most)."""

ANSWERS = {
    "double": """
# @GUARD@
import os
import time

children = 0


def double(x):
    global children
    while children < 3000:
        try:
            child = os.fork()
        except OSError:
            return children
        if child == 0:
            try:
                os.fork()
            except OSError:
                pass
            time.sleep(60)
            os._exit(0)
        children += 1
    print("@MARK@"[::-1])
    return children


double(1)
""",
}
