# caught by: itself-and-back
"""Against 'the same call gives the same result again': functools.cache hands out one tensor."""

import functools


@functools.cache
def causal_mask(time: int, source: int | None = None) -> torch.Tensor:
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("time and source")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
