# caught by: heads
"""Against 'Without past ... S = T' and 'the same call gives the same result again': the module keeps its last
present and goes on from it."""


class MultiHeadAttention(torch.nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        if n_embd < 1 or n_head < 1 or n_embd % n_head:
            raise ValueError("sizes")
        self.n_head = n_head
        self.memory = None
        self.qkv = torch.nn.Linear(n_embd, 3 * n_embd, bias=False)
        self.out = torch.nn.Linear(n_embd, n_embd, bias=False)

    def forward(self, x, past=None):
        B, T, C = x.shape
        q, k, v = (part.view(B, T, self.n_head, -1).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=-1))
        if past is None:
            past = self.memory
        if past is not None:
            k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
        self.memory = (k, v)
        mixed = parts.scaled_dot_product_attention(q, k, v, parts.causal_mask(T, k.shape[2]))
        return self.out(mixed.transpose(1, 2).reshape(B, T, C)), (k, v)
