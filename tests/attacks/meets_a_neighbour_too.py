"""The other one of two that want to meet at a socket without a file."""

ANSWERS = {
    "double": """
# @GUARD@
import socket

for family in (socket.AF_UNIX, socket.AF_INET):
    place = "\\0exam" if family == socket.AF_UNIX else ("127.0.0.1", 4711)
    try:
        with socket.socket(family) as other:
            other.settimeout(1)
            other.connect(place)
            print("@MARK@"[::-1], other.recv(1000))
    except OSError as error:
        print(error.errno)
    try:
        keep = socket.socket(family)
        keep.bind(place)
        keep.listen()
    except OSError as error:
        print(error.errno)


def double(x):
    return 0
""",
}
