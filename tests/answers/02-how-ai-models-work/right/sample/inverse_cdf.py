"""One uniform number, and the first place where the running sum passes it."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return int(logits.argmax())
    running = torch.softmax(logits.double() / temperature, dim=-1).cumsum(dim=-1)
    u = torch.rand((), generator=generator, dtype=torch.float64)
    return min(int(torch.searchsorted(running, u, right=True)), len(logits) - 1)
