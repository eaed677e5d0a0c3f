# caught by: empty-and-spare
"""Looks at the first byte before asking whether there is one."""


def encode(text, merges):
    ids = list(text.encode())
    for number, (left, right) in enumerate(merges):
        out, held = [], ids[0]
        for i in ids[1:]:
            if held is not None and (held, i) == (left, right):
                out.append(256 + number)
                held = None
            else:
                if held is not None:
                    out.append(held)
                held = i
        ids = out if held is None else [*out, held]
    return ids
