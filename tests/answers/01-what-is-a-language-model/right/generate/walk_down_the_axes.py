"""Goes into the table one token after the other; draws by the running sum."""


def generate(probs, prompt, max_new_tokens, generator):
    n = probs.dim()
    if len(prompt) < n - 1:
        raise ValueError("the prompt is too short")
    ids = [int(i) for i in prompt]
    for _ in range(max_new_tokens):
        row = probs
        for back in range(n - 1, 0, -1):
            row = row[ids[-back]]
        edge = torch.rand(1, generator=generator, dtype=torch.float64) * row.double().sum()
        token = int(torch.searchsorted(row.double().cumsum(0), edge, right=True))
        ids.append(min(token, len(row) - 1))
    return ids
