# caught by: far-out
"""Writes sigmoid as e^z / (1 + e^z): overflow makes nan."""


def lstm_step(x, h, memory, W, U, b):
    def gate(z):
        return z.exp() / (1 + z.exp())

    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = gate(keep) * memory + gate(let_in) * new.tanh()
    return torch.stack([gate(show) * memory.tanh(), memory])
