"""Keeps tensors in the loop."""


def generate_with_cache(model, ids, n, stop=None):
    if n < 0:
        raise ValueError("n")
    if not ids:
        raise ValueError("no prompt")
    shown = torch.tensor(ids).unsqueeze(0)
    past, found = None, []
    while len(found) < n:
        logits, past = model(shown, past)
        shown = logits[:, -1].argmax(-1, keepdim=True)
        found.append(shown.item())
        if stop is not None and found[-1] == stop:
            break
    return ids + found
