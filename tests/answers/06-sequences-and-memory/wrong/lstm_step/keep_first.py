# caught by: gated-memory
"""Takes the first quarter for the keeping gate."""


def lstm_step(x, h, memory, W, U, b):
    keep, let_in, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
