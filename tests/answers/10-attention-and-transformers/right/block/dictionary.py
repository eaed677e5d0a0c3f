"""A ModuleDict, and GELU as a module."""


class Block(torch.nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        if min(n_embd, n_head) < 1 or n_embd % n_head:
            raise ValueError("sizes")
        C = n_embd
        self.feed_forward = torch.nn.ModuleDict()
        self.feed_forward["up"] = torch.nn.Linear(C, 4 * C, bias=False)
        self.feed_forward["down"] = torch.nn.Linear(4 * C, C, bias=False)
        self.bend = torch.nn.GELU(approximate="tanh")
        self.norm1, self.norm2 = (torch.nn.LayerNorm(C, bias=False) for _ in range(2))
        self.attention = parts.MultiHeadAttention(n_embd=C, n_head=n_head)

    def forward(self, x, past=None):
        found, present = self.attention(self.norm1(x), past)
        middle = torch.add(x, found)
        wide = self.bend(self.feed_forward["up"](self.norm2(middle)))
        return middle + self.feed_forward.down(wide), present
