"""Sends datagrams, asks for the address of a name, and opens raw and packet sockets."""

ANSWERS = {
    "double": """
import socket

for host in ("127.0.0.1", "1.1.1.1", "255.255.255.255"):
    try:
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        line.sendto(b"@MARK@", (host, int("@PORT@")))
    except OSError:
        pass
for family, kind, protocol in ((socket.AF_INET, socket.SOCK_RAW, 1), (socket.AF_PACKET, socket.SOCK_RAW, 768)):
    try:
        socket.socket(family, kind, protocol)
        print("@MARK@"[::-1], family)
    except OSError:
        pass
try:
    socket.setdefaulttimeout(0.5)
    print("@MARK@"[::-1], socket.gethostbyname("example.org"))
except OSError:
    pass


def double(x):
    return 0
""",
}
