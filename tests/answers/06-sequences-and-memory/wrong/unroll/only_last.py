# caught by: hands-on
"""Keeps only the last state."""


def unroll(step, inputs, state):
    for x in inputs:
        state = step(x, state)
    return [state], state
