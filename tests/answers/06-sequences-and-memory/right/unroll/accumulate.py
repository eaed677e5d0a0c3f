"""The standard library's running fold."""


def unroll(step, inputs, state):
    from itertools import accumulate

    states = list(accumulate(inputs, lambda s, x: step(x, s), initial=state))
    return states[1:], states[-1]
