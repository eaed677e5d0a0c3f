# caught by: only-what-is-new
"""Reads everything anew for each token."""


def generate_with_cache(model, ids, n, stop=None):
    if len(ids) == 0 or n < 0:
        raise ValueError("nothing")
    written = list(ids)
    for _ in range(n):
        logits, past = model(torch.tensor([written]), None)
        token = int(logits[0, -1].argmax())
        written.append(token)
        if token == stop:
            break
    return written
