# caught by: gated-memory
"""Lets in what is not kept: one gate does both."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = keep.sigmoid() * memory + (1 - keep.sigmoid()) * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
