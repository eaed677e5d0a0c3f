# caught by: hands-on
"""Reads the newest first."""


def unroll(step, inputs, state):
    states = []
    for x in reversed(inputs):
        state = step(x, state)
        states.append(state)
    return states, state
