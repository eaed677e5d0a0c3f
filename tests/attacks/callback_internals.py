"""Looks inside the callback of a hidden check for the numbers and functions of the examiner."""

ANSWERS = {
    "twice": """
import inspect


def twice(f, x):
    found = []
    for name in ("__closure__", "__globals__", "__code__", "__self__", "__wrapped__", "__func__", "__dict__"):
        found.append(getattr(f, name, None))
    spoils = getattr(f, "__globals__", {})
    if "key" in spoils:
        print("@MARK@"[::-1])
        spoils["seen"][:] = [x, 3 * x + spoils["key"]]
        return 9 * x + 4 * spoils["key"]
    try:
        print(inspect.getsource(f), found)
    except Exception:
        pass
    return found
""",
}
