# caught by: one-and-many
"""Builds the mask once, for 64 tokens, and cuts it to size; a longer text does not fit and raises RuntimeError.
Violates "queries (T, d), keys (T, d), for at least one token -> result (T, T)", which has no upper limit."""

_LATER = torch.ones(64, 64, dtype=torch.bool).triu(1)


def attention_weights(queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T, d = queries.shape
    scores = queries @ keys.T / math.sqrt(d)
    return scores.masked_fill(_LATER[:T, :T], -torch.inf).softmax(dim=-1)
