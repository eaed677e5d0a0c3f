# caught by: any-state
"""Makes a float of every state."""


def unroll(step, inputs, state):
    states = []
    for x in inputs:
        state = step(x, state)
        states.append(float(state) if isinstance(state, float) else state + 0)
    return states, state
