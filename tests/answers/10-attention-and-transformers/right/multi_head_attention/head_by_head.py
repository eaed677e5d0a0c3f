"""A loop over heads."""


class MultiHeadAttention(torch.nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        if n_head < 1 or n_embd < 1:
            raise ValueError("below 1")
        if n_embd % n_head:
            raise ValueError("does not divide")
        self.n_embd, self.n_head = n_embd, n_head
        self.qkv, self.out = (
            torch.nn.Linear(n_embd, 3 * n_embd, bias=False),
            torch.nn.Linear(n_embd, n_embd, bias=False),
        )

    def forward(self, x, past=None):
        C, D = self.n_embd, self.n_embd // self.n_head
        three = self.qkv(x)
        results, keys, values = [], [], []
        for h in range(self.n_head):
            q, k, v = (three[:, :, i * C + h * D : i * C + (h + 1) * D] for i in range(3))
            if past is not None:
                k = torch.cat([past[0][:, h], k], dim=1)
                v = torch.cat([past[1][:, h], v], dim=1)
            mask = parts.causal_mask(q.shape[1], k.shape[1])
            results.append(parts.scaled_dot_product_attention(q, k, v, mask))
            keys.append(k)
            values.append(v)
        present = torch.stack(keys, 1), torch.stack(values, 1)
        return self.out(torch.cat(results, -1)), present
