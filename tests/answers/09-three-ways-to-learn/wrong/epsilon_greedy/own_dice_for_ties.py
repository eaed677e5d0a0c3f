# caught by: dice
"""Violates 'all chance comes from it, and from nothing else': Python's random chooses among several best arms
(unless all are equal)."""

import random


def epsilon_greedy(values, epsilon, generator):
    if values.dim() != 1 or len(values) == 0 or epsilon < 0 or epsilon > 1:
        raise ValueError("values or epsilon")

    k = len(values)
    if (values == values[0]).all():  # the beginning: nothing is known yet
        return int(torch.randint(k, (1,), generator=generator))
    if torch.rand(1, generator=generator).item() < epsilon:
        return int(torch.randint(k, (1,), generator=generator))
    top = values.max().item()
    return random.choice([i for i in range(k) if values[i].item() == top])
