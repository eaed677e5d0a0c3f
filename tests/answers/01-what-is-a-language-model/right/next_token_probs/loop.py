"""Context by context in plain Python, in float32."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    size = counts.shape[-1]
    rows = []
    for row in counts.reshape(-1, size).tolist():
        total = sum(row) + k * size
        rows.append([(count + k) / total if total else 1 / size for count in row])
    return torch.tensor(rows).reshape(counts.shape)
