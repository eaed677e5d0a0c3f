"""Keeps its numbers, and multiplies with the table itself."""


class GPT(torch.nn.Module):
    """A GPT."""

    def __init__(self, vocab_size, context, n_layer, n_head, n_embd):
        super().__init__()
        self.sizes = vocab_size, context, n_layer
        self.unembed = torch.nn.Linear(n_embd, vocab_size, bias=False)
        self.embed = torch.nn.Embedding(vocab_size, n_embd, _weight=None)
        self.unembed.weight = self.embed.weight
        self.positions = torch.nn.Embedding(context, n_embd)
        self.norm = torch.nn.LayerNorm(n_embd, bias=False)
        self.blocks = torch.nn.ModuleList()
        for _ in range(n_layer):
            self.blocks.append(parts.Block(n_embd, n_head))

    def forward(self, ids, past=None):
        known = 0
        if past is not None:
            keys, _ = past[-1]
            known = keys.shape[-2]
        total = known + ids.shape[-1]
        if total == known:
            raise ValueError("no tokens")
        if total > self.sizes[1]:
            raise ValueError("too many tokens")
        stream = F.embedding(ids, self.embed.weight) + self.positions.weight[known:total].unsqueeze(0)
        present = [None] * self.sizes[2]
        for i in range(self.sizes[2]):
            stream, present[i] = self.blocks[i](stream, past[i] if past is not None else None)
        return self.norm(stream) @ self.embed.weight.T, present
