# caught by: every-merge
"""Goes over the text once and merges what it meets, without coming back."""


def encode(text, merges):
    new = {tuple(pair): 256 + number for number, pair in enumerate(merges)}
    ids, out = list(text.encode()), []
    for i in ids:
        if out and (out[-1], i) in new:
            out[-1] = new[out[-1], i]
        else:
            out.append(i)
    return out
