# caught by: gradient
"""Lets the gradient of the gate that shows pass straight through, as if the sigmoid had slope 1."""


def lstm_step(x, h, memory, W, U, b):
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    show = o + (torch.sigmoid(o) - o).detach()
    memory = torch.sigmoid(f) * memory + torch.sigmoid(i) * torch.tanh(g)
    return torch.stack([show * torch.tanh(memory), memory])
