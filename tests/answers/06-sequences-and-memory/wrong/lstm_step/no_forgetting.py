# caught by: gated-memory
"""The memory of 1997, before the forget gate: all is kept."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = memory + let_in.sigmoid() * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
