"""torch's own cell: its quarters have the same order."""


def lstm_step(x, h, memory, W, U, b):
    return torch.stack(torch._VF.lstm_cell(x, (h, memory), W, U, b, torch.zeros_like(b)))
