"""With torch, in float64."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    took = torch.tensor(step_milliseconds, dtype=torch.float64)
    return 1000 * shape[0] * shape[1] * len(took) / took.sum().item()
