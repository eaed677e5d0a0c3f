"""Answers the examiner in its own protocol with forged replies: wrong places, handles, kinds, shapes and errors."""

ANSWERS = {
    "double": """
import itertools

from course_lib.grading.kernel import Agent

VALUES = [["handle", 10**30, "int", True], ["handle", "x"], ["callback", 1], ["name", "checks"],
    ["operation", "eq"], ["library", "os.system"], ["kept", 1], ["tensor", 0, "quint8", [5], None],
    ["tensor", 0, "float64", [1 << 40], None], ["tensor", 0, "float64", [5], {"graph": 10**9}],
    ["tensor", 0, "__class__", [5], {"leaf": True}], ["array", 0], ["scalar", 0], ["rng", ["dict", []]],
    ["int", "0x" + "f" * 10**6], ["float", "x"], ["slice"], ["range", 0, 1 << 70, 1], ["generator", 0],
    ["dict", [[["list", []], 1]]], ["size", [-1]], ["dtype", "ones"], ["nothing"], [], {}, ["bytes", 99]]
PARTS = [b"\\x93NUMPY\\x01\\x00v\\x00{'descr': '|O', 'fortran_order': False, 'shape': (99999999999,)}" + b" " * 60]
ERRORS = ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "StopIteration", "NotImplementedError", "object",
    "BaseExceptionGroup", "UnicodeDecodeError", "__import__", "exit", "type", 3, None]
turn = itertools.count()


def forged(self, request, parts):
    number = next(turn)
    value = VALUES[number % len(VALUES)]
    reply = {"values": [value], "value": value, "gradients": value, "changed": [[-1, value], ["x", 1], [99, value]],
        "printed": {"a": 1}, "outputs": [{"output_type": "execute_result", "data": {"text/plain": "4.0"}}]}
    if number % 3 == 2:
        reply["error"] = {"type": ERRORS[number % len(ERRORS)], "text": ["x"]}
    return reply, PARTS


for name in ("_call", "_name", "_files", "_backward"):
    setattr(Agent, name, forged)


def double(x):
    return 0
""",
}
