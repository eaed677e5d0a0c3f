"""A block of True for the past, beside a triangle."""


def causal_mask(time: int, source: int | None = None) -> torch.Tensor:
    if source is None:
        source = time
    if time <= 0 or source - time < 0:
        raise ValueError(f"{time} of {source}")
    past = torch.ones(time, source - time)
    return torch.cat([past, torch.tril(torch.ones(time, time))], dim=1) == 1
