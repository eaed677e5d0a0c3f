# caught by: pieces
"""Each block gets the first block's past."""


class GPT(torch.nn.Module):
    def __init__(self, vocab_size, context, n_layer, n_head, n_embd):
        super().__init__()
        self.context = context
        self.embed = torch.nn.Embedding(vocab_size, n_embd)
        self.positions = torch.nn.Embedding(context, n_embd)
        self.blocks = torch.nn.ModuleList(parts.Block(n_embd, n_head) for _ in range(n_layer))
        self.norm = torch.nn.LayerNorm(n_embd, bias=False)
        self.unembed = torch.nn.Linear(n_embd, vocab_size, bias=False)
        self.unembed.weight = self.embed.weight

    def forward(self, ids, past=None):
        start = 0 if past is None else past[0][0].shape[2]
        T = ids.shape[1]
        if T == 0 or start + T > self.context:
            raise ValueError("tokens")
        x = self.embed(ids) + self.positions.weight[start : start + T]
        present = []
        for i, block in enumerate(self.blocks):
            x, kept = block(x, None if past is None else past[0])
            present.append(kept)
        return self.unembed(self.norm(x)), present
