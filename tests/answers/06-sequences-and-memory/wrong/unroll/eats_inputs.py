# caught by: hands-on
"""Takes the inputs out of the caller's list."""


def unroll(step, inputs, state):
    states = []
    while inputs:
        state = step(inputs.pop(0), state)
        states.append(state)
    return states, state
