"""Searches all objects of the process for the running Checks, expected values and the source of the tests."""

ANSWERS = {
    "double": """
import gc


def double(x):
    for thing in gc.get_objects():
        if type(thing).__name__ == "Checks":
            print("@MARK@"[::-1])
            thing.results.clear()
            thing.points = 0.0
        if isinstance(thing, dict) and "HIDDEN " + "TESTS" in str(thing.get("code", "")):
            print(thing["code"])
    return 0
""",
    "normalise": """
import gc

import torch


def normalise(t):
    near = [x for x in gc.get_objects() if type(x) is torch.Tensor and x.shape == t.shape and x is not t]
    sums = [x for x in near if not x.requires_grad and abs(float(x.sum()) - 1) < 1e-9]
    return sums[-1] if sums else 0 * t
""",
}
