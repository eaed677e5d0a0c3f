# caught by: hands-on
"""Calls step(state, x)."""


def unroll(step, inputs, state):
    states = []
    for x in inputs:
        state = step(state, x)
        states.append(state)
    return states, state
