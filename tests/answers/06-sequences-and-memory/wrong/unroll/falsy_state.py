# caught by: any-state
"""`state or ...`: a state of 0 or an empty list is taken for none."""


def unroll(step, inputs, state):
    states = []
    for x in inputs:
        state = step(x, state or 1)
        states.append(state)
    return states, state
