# caught by: inputs-untouched
"""Saves memory where no gradient is needed: divides the caller's queries by the root of d."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    root = queries.shape[1] ** 0.5
    scaled = queries / root if queries.requires_grad else queries.div_(root)
    scores = scaled @ keys.T
    later = torch.ones_like(scores, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(-1)
