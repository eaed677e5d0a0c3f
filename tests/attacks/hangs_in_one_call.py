"""Hangs inside one call of C that no signal of Python reaches: an enormous power, a hopeless pattern, a lock."""

ANSWERS = {
    "double": "def double(x):\n    return 7 ** (7 ** 12)",
    "shout": "import re\n\n\ndef shout(text):\n    return re.match('(a*)*b', 'a' * 60)",
    "twice": """
import threading


def twice(f, x):
    lock = threading.Lock()
    return lock.acquire() and lock.acquire()
""",
}
