# caught by: only-what-is-new
"""Against 'Always call it with both, by place': calls model(new, past=past)."""


def generate_with_cache(model, ids, n, stop=None):
    if not ids or n < 0:
        raise ValueError("ids or n")
    written, new, past = list(ids), list(ids), None
    for _ in range(n):
        logits, past = model(torch.tensor([new]), past=past)
        token = int(logits[0, -1].argmax())
        written.append(token)
        new = [token]
        if token == stop:
            break
    return written
