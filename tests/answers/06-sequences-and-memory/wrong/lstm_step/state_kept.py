# caught by: gated-memory
"""Keeps the state in place of the memory."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = keep.sigmoid() * h + let_in.sigmoid() * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
