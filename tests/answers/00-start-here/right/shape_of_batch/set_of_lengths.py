"""All lengths at once."""


def shape_of_batch(rows):
    lengths = list({len(row) for row in rows})
    if len(lengths) != 1 or lengths[0] == 0:
        raise ValueError(f"lengths {lengths}")
    return (len(rows), lengths[0])
