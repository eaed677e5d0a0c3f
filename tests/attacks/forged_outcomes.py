"""Answers a message of many calls with outcomes of its own making: too many, too few, torn, or false."""

ANSWERS = {
    "follow": """
import itertools

from course_lib.grading.kernel import Agent

GOOD = {"changed": [], "values": [["list", [1, 2, 3]]], "shared": False, "tracked": False, "overwrites": False}
ODD = [{}, [], None, 5, "outcome", GOOD | {"values": []}, GOOD | {"values": [["handle", 1, "list", True]] * 3},
    GOOD | {"changed": ["x"]}, GOOD | {"changed": [10**30]}, GOOD | {"changed": None}, GOOD | {"overwrites": ["x"]},
    GOOD | {"error": {"type": "NotImplementedError", "text": "x"}}, GOOD | {"error": "x"}, GOOD | {"error": {}},
    GOOD | {"error": {"type": "SystemExit", "text": "x"}}, GOOD | {"gradients": [None]}, GOOD | {"gradients": 5},
    GOOD | {"values": [["tensor", 0, "float64", [1 << 40], None]]}, GOOD | {"values": [["list", [["kept", 1]]]]},
    GOOD | {"values": [["callback", 1, []]]}, {"changed": [], "values": [5], "shared": 1}]
SERVED = [[], [[1, 10**9]], [[1, -5]], [["x", "y"]], [[None]], "x", 7, [[[], {}]], {"a": 1}, [[1, 2, 3]], None]
turn = itertools.count()


def forged(self, request, parts):
    number = next(turn)
    count = len(request["calls"]) + (0, 1, -1)[number % 3] * (number % 2)
    return {"outcomes": [ODD[number % len(ODD)]] * count, "served": SERVED[number % len(SERVED)]}, []


Agent._calls = forged


def follow(step, start, n):
    return [start]
""",
    "twice": """
from course_lib.grading.kernel import Agent

honest = Agent._callback


def told(self, id, script, decoder):
    function = honest(self, id, script, decoder)
    self.served[id] = 10**6
    return function


Agent._callback = told


def twice(f, x):
    return 0
""",
}
