# caught by: nothing-read
"""None where nothing was read."""


def unroll(step, inputs, state):
    states = []
    for x in inputs:
        state = step(x, state)
        states.append(state)
    return states, states[-1] if states else None
