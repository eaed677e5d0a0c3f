"""Opens files, sockets and pipes until no more can be opened (a million at most)."""

ANSWERS = {
    "double": """
# @GUARD@
import os
import resource
import socket

try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
except ValueError:
    pass
kept = []
try:
    while len(kept) < 1_000_000:
        kept.extend(os.pipe())
        kept.append(socket.socketpair())
except OSError:
    pass


def double(x):
    return os.pipe()
""",
}
