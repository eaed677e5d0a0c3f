# caught by: many-and-none
"""With n = 0 the caller's own list comes back."""


def generate_with_cache(model, ids, n, stop=None):
    if len(ids) == 0 or n < 0:
        raise ValueError("nothing")
    if n == 0:
        return ids
    written, new, past = list(ids), list(ids), None
    for _ in range(n):
        logits, past = model(torch.tensor([new]), past)
        token = int(logits[0, -1].argmax())
        written.append(token)
        if token == stop:
            break
        new = [token]
    return written
