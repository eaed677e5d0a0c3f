# caught by: only-what-is-new
"""Shows the prompt once before the loop, to nobody's use."""


def generate_with_cache(model, ids, n, stop=None):
    if len(ids) == 0 or n < 0:
        raise ValueError("nothing")
    written, new, past = list(ids), list(ids), None
    model(torch.tensor([new]), None)
    for _ in range(n):
        logits, past = model(torch.tensor([new]), past)
        token = int(logits[0, -1].argmax())
        written.append(token)
        if token == stop:
            break
        new = [token]
    return written
