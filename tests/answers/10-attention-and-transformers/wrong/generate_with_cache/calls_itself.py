# caught by: many-and-none
"""Against 'n: how many tokens to write, 0 to 1000': a function that calls itself for each token."""


def generate_with_cache(model, ids, n, stop=None):
    if not ids or n < 0:
        raise ValueError("ids or n")

    def go_on(new, past, left):
        if left == 0:
            return []
        logits, past = model(torch.tensor([new]), past)
        token = int(logits[0, -1].argmax())
        if token == stop:
            return [token]
        return [token] + go_on([token], past, left - 1)

    return list(ids) + go_on(list(ids), None, n)
