# caught by: far-out
"""Caps the memory at 10."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = (keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()).clamp(-10, 10)
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
