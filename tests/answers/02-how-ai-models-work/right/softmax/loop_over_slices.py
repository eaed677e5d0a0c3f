"""Moves the dimension to the end and treats slice after slice."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    moved = logits.movedim(dim, -1)
    slices = []
    for scores in moved.reshape(-1, moved.shape[-1]):
        powers = [torch.exp((score - scores.max()) / temperature) for score in scores]
        slices.append(torch.stack([power / sum(powers) for power in powers]))
    return torch.stack(slices).reshape(moved.shape).movedim(-1, dim)
