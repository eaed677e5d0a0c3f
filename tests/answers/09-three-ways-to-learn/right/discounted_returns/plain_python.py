"""Lists, row by row."""


def discounted_returns(rewards: torch.Tensor, gamma: float, ends: torch.Tensor | None = None) -> torch.Tensor:
    if not 0 <= gamma <= 1:
        raise ValueError(f"gamma = {gamma}")
    if rewards.ndim not in (1, 2):
        raise ValueError("one or two axes")
    if ends is not None and tuple(ends.shape) != tuple(rewards.shape):
        raise ValueError("ends has another shape")
    if rewards.ndim == 2:
        parts = [
            discounted_returns(row, gamma, None if ends is None else ends[b]) for b, row in enumerate(rewards)
        ]
        return torch.stack(parts)
    steps = rewards.tolist()
    stops = [False] * len(steps) if ends is None else ends.tolist()
    found, later = [], 0.0
    for reward, stop in zip(reversed(steps), reversed(stops)):
        later = reward + (0.0 if stop else gamma * later)
        found.append(later)
    return torch.tensor(found[::-1], dtype=rewards.dtype if rewards.is_floating_point() else torch.float64)
