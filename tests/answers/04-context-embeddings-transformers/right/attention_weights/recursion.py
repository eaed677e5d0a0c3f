"""Recursion over the tokens: one row more each time."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError
    T, d = queries.shape
    last = torch.softmax((keys * queries[-1]).sum(1) / d**0.5, 0)[None]
    if T == 1:
        return last
    before = attention_weights(queries[:-1], keys[:-1])
    return torch.cat([torch.cat([before, before.new_zeros(T - 1, 1)], 1), last])
