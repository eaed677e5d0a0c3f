# caught by: gated-memory
"""Cuts along the batch."""


def lstm_step(x, h, memory, W, U, b):
    let_in, keep, new, show = (x @ W.T + h @ U.T + b).T.reshape(4, h.shape[0], h.shape[1])
    memory = keep.sigmoid() * memory + let_in.sigmoid() * new.tanh()
    return torch.stack([show.sigmoid() * memory.tanh(), memory])
