"""Fills the line with replies to questions that nobody has asked yet, and asks questions of its own."""

ANSWERS = {
    "double": """
import gc
import json
import struct


def push(message):
    text = json.dumps(message).encode()
    for thing in gc.get_objects():
        if type(thing).__name__ == "Peer":
            thing.sock.sendall(struct.pack("<II", len(text), 0) + text)


QUESTIONS = [{"ask": {"what": what, "id": 1, "name": "checks", "code": "1", "args": ["tuple", []],
    "kwargs": ["dict", []]}} for what in ("callback", "eval", "run", "name", "call", "files", "kill_all", "fork")]


def double(x):
    for _ in range(200):
        push({"reply": {"values": [2 * x], "changed": [], "printed": "", "files": [], "outputs": []}})
    for question in QUESTIONS:
        push(question)
    return 0
""",
}
