# caught by: gated-memory
"""Memory first, state second."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()
    return torch.stack([memory, show.sigmoid() * memory.tanh()])
