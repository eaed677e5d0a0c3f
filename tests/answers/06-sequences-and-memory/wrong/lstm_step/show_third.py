# caught by: gated-memory
"""The last two quarters are swapped."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, show, new = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
