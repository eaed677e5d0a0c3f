# caught by: pieces
"""Against 'What was handed in stays as it is': the new present is written into the list that came in as past."""


class GPT(torch.nn.Module):
    def __init__(self, vocab_size, context, n_layer, n_head, n_embd):
        super().__init__()
        self.context = context
        self.embed = torch.nn.Embedding(vocab_size, n_embd)
        self.positions = torch.nn.Embedding(context, n_embd)
        self.blocks = torch.nn.ModuleList([parts.Block(n_embd, n_head) for _ in range(n_layer)])
        self.norm = torch.nn.LayerNorm(n_embd, bias=False)
        self.unembed = torch.nn.Linear(n_embd, vocab_size, bias=False)
        self.unembed.weight = self.embed.weight

    def forward(self, ids, past=None):
        start = 0 if past is None else past[0][0].shape[2]
        end = start + ids.shape[1]
        if ids.shape[1] == 0 or end > self.context:
            raise ValueError("tokens")
        if past is None:
            past = [None] * len(self.blocks)
        x = self.embed(ids) + self.positions.weight[start:end]
        for i, block in enumerate(self.blocks):
            x, past[i] = block(x, past[i])
        return self.unembed(self.norm(x)), past
