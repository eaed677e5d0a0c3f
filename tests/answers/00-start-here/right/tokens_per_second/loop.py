"""Counts tokens and seconds step by step."""


def tokens_per_second(shape, step_milliseconds):
    tokens, seconds = 0, 0.0
    for took in step_milliseconds:
        if took <= 0:
            raise ValueError(f"a step of {took} ms")
        tokens += shape[0] * shape[1]
        seconds += took / 1000
    if not tokens:
        raise ValueError("no step")
    return tokens / seconds
