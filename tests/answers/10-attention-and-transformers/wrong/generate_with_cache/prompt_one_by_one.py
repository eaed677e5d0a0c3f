# caught by: only-what-is-new
"""Shows the prompt token by token."""


def generate_with_cache(model, ids, n, stop=None):
    if len(ids) == 0 or n < 0:
        raise ValueError("nothing")
    written, new, past = list(ids), list(ids), None
    for one in ids[:-1] if n else []:
        _, past = model(torch.tensor([[one]]), past)
        new = [ids[-1]]
    for _ in range(n):
        logits, past = model(torch.tensor([new]), past)
        token = int(logits[0, -1].argmax())
        written.append(token)
        if token == stop:
            break
        new = [token]
    return written
