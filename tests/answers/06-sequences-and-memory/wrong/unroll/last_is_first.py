# caught by: hands-on
"""Gives back the state it began with."""


def unroll(step, inputs, state):
    now, states = state, []
    for x in inputs:
        now = step(x, now)
        states.append(now)
    return states, state
