# caught by: gated-memory
"""Every fourth number in place of quarters."""


def lstm_step(x, h, memory, W, U, b):
    z = x @ W.T + h @ U.T + b
    let_in, keep, new, show = (z[:, i::4] for i in range(4))
    memory = keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
