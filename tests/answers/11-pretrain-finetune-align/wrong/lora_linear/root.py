# caught by: detour
"""Divides by the root of the rank."""


class LoRALinear(torch.nn.Module):
    def __init__(self, base, rank=8, alpha=16, generator=None):
        super().__init__()
        if not isinstance(base, torch.nn.Linear):
            raise ValueError("base")
        if rank < 1 or rank > min(base.in_features, base.out_features):
            raise ValueError("rank")
        if alpha <= 0:
            raise ValueError("alpha")
        self.base = base
        for parameter in self.base.parameters():
            parameter.requires_grad = False
        self.scale = alpha / math.sqrt(rank)
        bound = 1 / math.sqrt(base.in_features)
        a = (2 * torch.rand(rank, base.in_features, generator=generator) - 1) * bound
        b = torch.zeros(base.out_features, rank)
        self.lora_a = torch.nn.Parameter(a.to(base.weight.dtype))
        self.lora_b = torch.nn.Parameter(b.to(base.weight.dtype))

    def forward(self, x):
        detour = x @ self.lora_a.T @ self.lora_b.T
        return self.base(x) + self.scale * detour

    def merged(self):
        with torch.no_grad():
            layer = torch.nn.Linear(self.base.in_features, self.base.out_features, self.base.bias is not None)
            layer = layer.to(self.base.weight.dtype)
            layer.weight.copy_(self.base.weight + self.scale * self.lora_b @ self.lora_a)
            if self.base.bias is not None:
                layer.bias.copy_(self.base.bias)
        return layer
