# caught by: mismatch
"""Compares the number of tokens only; what else does not fit is left to torch."""


def attention_weights(queries, keys):
    if len(queries) != len(keys):
        raise ValueError("not as many keys as queries")
    scores = (queries[:, None] * keys[None]).sum(-1) / math.sqrt(queries.shape[1])
    later = torch.ones(len(keys), len(keys)).triu(1).bool()
    return scores.masked_fill(later, -torch.inf).softmax(-1)
