"""A Sequential with names, and the sum collected in one line."""

from collections import OrderedDict


class Block(torch.nn.Module):
    """One layer."""

    def __init__(self, n_embd, n_head):
        super().__init__()
        if n_head <= 0 or n_embd <= 0:
            raise ValueError("too small")
        if n_embd % n_head != 0:
            raise ValueError("does not divide")
        make = lambda a, b: torch.nn.Linear(a, b, bias=False)  # noqa: E731
        self.attention = parts.MultiHeadAttention(n_embd, n_head)
        steps = OrderedDict(
            up=make(n_embd, 4 * n_embd), bend=torch.nn.GELU("tanh"), down=make(4 * n_embd, n_embd)
        )
        self.feed_forward = torch.nn.Sequential(steps)
        self.norm1 = torch.nn.LayerNorm(n_embd, bias=False)
        self.norm2 = torch.nn.LayerNorm(n_embd, bias=False)

    def forward(self, x, past=None):
        attended = self.attention(self.norm1(x), past)
        x = x + attended[0]
        return self.feed_forward(self.norm2(x)) + x, attended[1]
