# caught by: nothing-read
"""states[-1] of an empty list."""


def unroll(step, inputs, state):
    states = []
    for x in inputs:
        state = step(x, state)
        states.append(state)
    return states, states[-1]
