# caught by: gradient
"""Writes the sigmoid as 1 / (1 + exp(-z)): for z = -1000 the result is right (0), but its gradient is 0 ·
inf = NaN. The text: "numbers may be large, such as 1000. [...] Gradients flow to all six".
"""


def lstm_step(
    x: torch.Tensor, h: torch.Tensor, memory: torch.Tensor, W: torch.Tensor, U: torch.Tensor, b: torch.Tensor
) -> torch.Tensor:
    def sigmoid(z):
        return 1 / (1 + torch.exp(-z))

    let_in, keep, new, show = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    memory = sigmoid(keep) * memory + sigmoid(let_in) * torch.tanh(new)
    return torch.stack([sigmoid(show) * torch.tanh(memory), memory])
