"""Each id as one character: a merge is a replacement in a string."""


def merge(ids, pair, new_id):
    text = "".join(chr(0x1000 + i) for i in ids)
    text = text.replace(chr(0x1000 + pair[0]) + chr(0x1000 + pair[1]), chr(0x1000 + new_id))
    return [ord(sign) - 0x1000 for sign in text]
