"""A wheel of its own: the running sum of the shares, and one number from the generator."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature is below 0")
    if not temperature:
        return logits.tolist().index(logits.max().item())
    p = torch.softmax(logits.double() / temperature, 0).numpy()
    spot = torch.rand(1, generator=generator, dtype=torch.float64).item()
    return int(min(np.searchsorted(np.cumsum(p), spot, side="right"), len(p) - 1))
