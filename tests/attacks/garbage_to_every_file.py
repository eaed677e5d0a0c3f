"""Writes garbage and forged frames of many protocols to every open file descriptor."""

ANSWERS = {
    "double": """
import json
import os
import pickle
import struct

ANSWER = {"ok": True, "status": "ok", "result": 4, "value": 4, "score": 6.0, "points": 6.0, "passed": True,
    "id": 1, "kind": "result", "type": "result"}
BODIES = [json.dumps(ANSWER).encode(), pickle.dumps(ANSWER), b"\\x00" * 64, b"\\xff" * 64, b"4.0\\n", b"6"]
FRAMES = BODIES + [struct.pack(code, len(body)) + body for body in BODIES for code in ("<I", ">I", "<Q", ">Q")]
FRAMES += [struct.pack(">Q", 1 << 62), struct.pack("<I", (1 << 32) - 1), b"\\n"]


def forge():
    for number in range(3, 256):
        for frame in FRAMES:
            try:
                os.set_blocking(number, False)
                os.write(number, frame)
            except OSError:
                break


def double(x):
    forge()
    return 0
""",
    "twice": "def twice(f, x):\n    forge()\n    f(x)\n    forge()\n    return x",
}
