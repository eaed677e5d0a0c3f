# caught by: hands-on
"""Stops when the state stands still."""


def unroll(step, inputs, state):
    states = []
    for x in inputs:
        new = step(x, state)
        states.append(new)
        if new == state:
            break
        state = new
    return states, states[-1] if states else state
