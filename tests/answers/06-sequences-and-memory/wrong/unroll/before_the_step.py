# caught by: hands-on
"""Keeps the state before each step."""


def unroll(step, inputs, state):
    states = []
    for x in inputs:
        states.append(state)
        state = step(x, state)
    return states, state
