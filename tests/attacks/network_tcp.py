"""Connects to a server on the grader's own machine and to one in the internet."""

ANSWERS = {
    "double": """
import socket
import urllib.request

for host, port in (("127.0.0.1", int("@PORT@")), ("::1", int("@PORT@")), ("1.1.1.1", 80), ("0.0.0.0", int("@PORT@"))):
    try:
        socket.create_connection((host, port), timeout=0.5).send(b"@MARK@")
        print("@MARK@"[::-1], host)
    except OSError:
        pass
try:
    urllib.request.urlopen("http://127.0.0.1:@PORT@/@MARK@", timeout=0.5)
except OSError:
    pass


def double(x):
    return 0
""",
}
