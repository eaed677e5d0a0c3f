"""Changes its arguments until the wrong answer is right: zeroes the caller's tensor, also through views."""

ANSWERS = {
    "normalise": """
import torch


def normalise(t):
    with torch.no_grad():
        t.data.zero_()
        t.untyped_storage().fill_(0)
        if t.requires_grad:
            t.grad = torch.zeros_like(t)
    return t
""",
    "twice": """
def twice(f, x):
    for name in ("__closure__", "__code__", "__defaults__"):
        try:
            setattr(f, name, None)
        except Exception:
            pass
    return x
""",
}
