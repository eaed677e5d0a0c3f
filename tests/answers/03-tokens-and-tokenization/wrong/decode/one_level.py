# caught by: parts
"""Opens a merge once and takes its parts for bytes."""


def decode(ids, merges):
    data = []
    for i in ids:
        if not 0 <= i < 256 + len(merges):
            raise ValueError(f"no id {i}")
        data += [i] if i < 256 else [part % 256 for part in merges[i - 256]]
    return bytes(data).decode(errors="replace")
