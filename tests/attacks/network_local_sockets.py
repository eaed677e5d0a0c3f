"""Connects to sockets without a network: abstract names, the system bus, Docker, databases, the X server."""

ANSWERS = {
    "double": """
import glob
import socket

names = ["\\0@MARK@", "@ROOT@/server.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket"]
names += glob.glob("/run/**/*.s*", recursive=True) + glob.glob("/tmp/**/.*.s*", recursive=True)
for name in names:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            line = socket.socket(socket.AF_UNIX, kind)
            line.settimeout(0.2)
            line.connect(name)
            line.send(b"@MARK@")
            print("@MARK@"[::-1], name)
        except (OSError, ValueError):
            pass
for family in (socket.AF_NETLINK, getattr(socket, "AF_VSOCK", 40)):
    try:
        line = socket.socket(family, socket.SOCK_RAW if family == socket.AF_NETLINK else socket.SOCK_STREAM)
        if family != socket.AF_NETLINK:
            line.settimeout(0.2)
            line.connect((2, 1024))
            print("@MARK@"[::-1], "vsock")
    except OSError:
        pass


def double(x):
    return 0
""",
}
