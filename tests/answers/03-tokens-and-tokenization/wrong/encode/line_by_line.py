# caught by: bytes-as-they-are
"""Encodes each line for itself and joins the results (short lists are faster), so a pair across the end of a line
is never merged. Violates "its UTF-8 bytes, then every merge" and "replace the pair everywhere"."""


def encode(text: str, merges: list[tuple[int, int]]) -> list[int]:
    result = []
    for line in text.splitlines(keepends=True):
        ids = list(line.encode())
        for number, pair in enumerate(merges):
            out, i = [], 0
            while i < len(ids):
                if i + 1 < len(ids) and (ids[i], ids[i + 1]) == tuple(pair):
                    out.append(256 + number)
                    i += 2
                else:
                    out.append(ids[i])
                    i += 1
            ids = out
        result += ids
    return result
