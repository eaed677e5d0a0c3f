# caught by: gated-memory
"""The gate for the new is missing."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = keep.sigmoid() * memory + new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
