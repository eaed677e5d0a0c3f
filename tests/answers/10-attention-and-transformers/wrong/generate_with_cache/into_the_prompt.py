# caught by: writes
"""Writes into the caller's list."""


def generate_with_cache(model, ids, n, stop=None):
    if len(ids) == 0 or n < 0:
        raise ValueError("nothing")
    written, new, past = ids, list(ids), None
    for _ in range(n):
        logits, past = model(torch.tensor([new]), past)
        token = int(logits[0, -1].argmax())
        written.append(token)
        if token == stop:
            break
        new = [token]
    return written
