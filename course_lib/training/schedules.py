"""How the learning rate changes over a run."""

import math


def cosine_with_warmup(step: int, steps: int, lr: float | int, warmup: int, min_lr: float | int) -> float:
    """Return the learning rate of a step, counted from 0: a straight rise, then half a cosine.

    The rise to `lr` takes `warmup` steps. The last step, `steps - 1`, has `min_lr`, unless the fall has
    only that one step. Source: Loshchilov and Hutter 2017.
    """
    if step < warmup:
        return lr * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, steps - 1 - warmup))
    return min_lr + 0.5 * (lr - min_lr) * (1 + math.cos(math.pi * progress))
