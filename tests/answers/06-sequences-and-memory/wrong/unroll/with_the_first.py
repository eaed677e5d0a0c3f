# caught by: hands-on
"""The state to begin with stands in the list."""


def unroll(step, inputs, state):
    states = [state]
    for x in inputs:
        states.append(step(x, states[-1]))
    return states, states[-1]
