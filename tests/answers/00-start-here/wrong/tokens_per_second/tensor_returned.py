# caught by: a-plain-number
"""Gives back a tensor with one number."""


def tokens_per_second(shape, step_milliseconds):
    took = torch.tensor(step_milliseconds, dtype=torch.float64)
    if len(took) == 0 or (took <= 0).any():
        raise ValueError("no time")
    return 1000 * shape[0] * shape[1] * len(took) / took.sum()
