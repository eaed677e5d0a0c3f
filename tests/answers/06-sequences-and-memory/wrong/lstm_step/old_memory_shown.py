# caught by: gated-memory
"""Shows the old memory."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    after = keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), after])
