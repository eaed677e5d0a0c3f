"""Plain Python on a list of scores."""


def generate_with_cache(model, ids, n, stop=None):
    if n < 0 or ids == []:
        raise ValueError("bad")
    text = ids[:]
    start, memory = 0, None
    for i in range(n):
        scores, memory = model(torch.LongTensor([text[start:]]), memory)
        row = scores[0, -1].tolist()
        best = max(range(len(row)), key=row.__getitem__)
        start = len(text)
        text = text + [best]
        if best == stop:
            return text
    return text
