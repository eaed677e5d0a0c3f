"""Positions looked up, and the shared table the other way round."""


class GPT(torch.nn.Module):
    def __init__(self, vocab_size, context, n_layer, n_head, n_embd):
        super().__init__()
        self.embed = torch.nn.Embedding(vocab_size, n_embd)
        self.positions = torch.nn.Embedding(context, n_embd)
        self.blocks = torch.nn.ModuleList([parts.Block(n_embd, n_head) for _ in range(n_layer)])
        self.norm = torch.nn.LayerNorm(n_embd, bias=False)
        self.unembed = torch.nn.Linear(n_embd, vocab_size, bias=False)
        self.embed.weight = self.unembed.weight

    def forward(self, ids, past=None):
        past = past if past is not None else [None] * len(self.blocks)
        start = past[0][0].size(2) if past[0] is not None else 0
        places = torch.arange(start, start + ids.size(1))
        if len(places) < 1 or places[-1] >= self.positions.num_embeddings:
            raise ValueError("too many or none")
        x = self.embed(ids) + self.positions(places)
        kept = []
        for block, before in zip(self.blocks, past):
            x, now = block(x, before)
            kept += [now]
        return self.unembed(self.norm(x)), kept
