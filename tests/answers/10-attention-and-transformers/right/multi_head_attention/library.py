"""torch's attention on the cut tables."""


class MultiHeadAttention(torch.nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        if n_embd < 1 or n_head < 1 or n_embd % n_head:
            raise ValueError("no")
        self.n_head = n_head
        self.qkv = torch.nn.Linear(n_embd, 3 * n_embd, bias=False)
        self.out = torch.nn.Linear(n_embd, n_embd, bias=False)

    def split(self, table):
        return torch.stack(table.chunk(self.n_head, dim=-1), dim=1)

    def forward(self, x, past=None):
        q, k, v = map(self.split, self.qkv(x).split(x.shape[-1], dim=-1))
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        allowed = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return self.out(torch.cat(mixed.unbind(1), -1)), (k, v)
