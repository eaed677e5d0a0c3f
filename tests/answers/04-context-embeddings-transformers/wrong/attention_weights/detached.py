# caught by: gradient
"""Goes through NumPy: the path back is cut."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T, d = queries.shape
    scores = torch.from_numpy(queries.detach().numpy() @ keys.detach().numpy().T) / math.sqrt(d)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(dim=-1)
