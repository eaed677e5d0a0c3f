# caught by: hands-on
"""Ignores the state that is given."""


def unroll(step, inputs, state):
    state, states = 0, []
    for x in inputs:
        state = step(x, state)
        states.append(state)
    return states, state
