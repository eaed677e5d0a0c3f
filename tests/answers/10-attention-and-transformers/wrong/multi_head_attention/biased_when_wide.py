# caught by: weights
"""qkv has a bias where C is a multiple of 64, as in real models."""


class MultiHeadAttention(torch.nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        if n_embd < 1 or n_head < 1 or n_embd % n_head:
            raise ValueError("sizes")
        self.n_head = n_head
        self.qkv = torch.nn.Linear(n_embd, 3 * n_embd, bias=n_embd % 64 == 0)
        self.out = torch.nn.Linear(n_embd, n_embd, bias=False)

    def forward(self, x, past=None):
        B, T, C = x.shape
        H = self.n_head
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q, k, v = (part.view(B, T, H, C // H).transpose(1, 2) for part in (q, k, v))
        if past is not None:
            k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
        S = k.shape[2]
        mixed = parts.scaled_dot_product_attention(q, k, v, parts.causal_mask(T, S))
        y = mixed.transpose(1, 2).reshape(B, T, C)
        return self.out(y), (k, v)
