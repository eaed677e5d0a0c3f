# caught by: only-what-is-new
"""Against 'What past is made of is the model's business: hand it back as it is': a past that counts as False (0,
an empty tuple) is handed back as None."""


def generate_with_cache(model, ids, n, stop=None):
    if not ids or n < 0:
        raise ValueError("ids or n")
    written, new, past = list(ids), list(ids), None
    for _ in range(n):
        logits, past = model(torch.tensor([new]), past if past else None)
        token = int(logits[0, -1].argmax())
        written.append(token)
        new = [token]
        if token == stop:
            break
    return written
