"""Asks the blocks one after the other, by an iterator."""


class GPT(torch.nn.Module):
    def __init__(self, vocab_size, context, n_layer, n_head, n_embd):
        super().__init__()
        self.embed = torch.nn.Embedding(vocab_size, n_embd)
        self.positions = torch.nn.Embedding(context, n_embd)
        self.blocks = torch.nn.ModuleList([parts.Block(n_embd, n_head) for i in range(n_layer)])
        self.norm = torch.nn.LayerNorm(n_embd, bias=False)
        self.unembed = torch.nn.Linear(n_embd, vocab_size, bias=False)
        self.unembed.weight = self.embed.weight

    def length(self, past):
        return past[0][0].shape[2] if past else 0

    def forward(self, ids, past=None):
        begin = self.length(past)
        room = self.positions.weight[begin:][: ids.shape[1]]
        if ids.shape[1] < 1 or len(room) < ids.shape[1]:
            raise ValueError("tokens")
        x, presents = self.embed(ids) + room, []
        befores = iter(past or [None] * len(self.blocks))
        for block in self.blocks:
            x, present = block(x, next(befores))
            presents.append(present)
        logits = self.unembed(self.norm(x))
        return logits, presents
