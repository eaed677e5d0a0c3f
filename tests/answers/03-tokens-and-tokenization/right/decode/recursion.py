"""Each id is opened until only bytes are left."""


def decode(ids, merges):
    def opened(i):
        if not 0 <= i < 256 + len(merges):
            raise ValueError(f"no id {i}")
        return [i] if i < 256 else [*opened(merges[i - 256][0]), *opened(merges[i - 256][1])]

    return bytes(b for i in ids for b in opened(i)).decode("utf-8", "replace")
