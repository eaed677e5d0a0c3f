"""A window over the text, and scatter_add."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n")
    c = torch.zeros(vocab_size**n)
    if len(ids) >= n:
        w = torch.tensor(ids).unfold(0, n, 1)
        k = (w * (vocab_size ** torch.arange(n - 1, -1, -1))).sum(-1)
        c.scatter_add_(0, k, torch.ones(len(k)))
    return c.view([vocab_size] * n)
