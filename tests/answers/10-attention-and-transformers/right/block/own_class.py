"""A class of its own for the feed-forward part."""


class Feed(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.up = torch.nn.Linear(n, 4 * n, bias=False)
        self.down = torch.nn.Linear(4 * n, n, bias=False)

    def forward(self, x):
        return self.down(F.gelu(self.up(x), approximate="tanh"))


class Block(torch.nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        if n_embd < 1 or n_head < 1 or n_embd % n_head:
            raise ValueError("sizes")
        self.norm1 = torch.nn.LayerNorm(n_embd, bias=False)
        self.attention = parts.MultiHeadAttention(n_embd, n_head)
        self.norm2 = torch.nn.LayerNorm(n_embd, bias=False)
        self.feed_forward = Feed(n_embd)

    def forward(self, x, past=None):
        mixed, present = self.attention(self.norm1(x), past)
        x = x + mixed
        return x + self.feed_forward(self.norm2(x)), present
