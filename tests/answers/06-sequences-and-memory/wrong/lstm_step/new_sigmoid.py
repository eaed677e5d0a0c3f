# caught by: gated-memory
"""What is new can't be negative."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = keep.sigmoid() * memory + let_in.sigmoid() * new.sigmoid()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
