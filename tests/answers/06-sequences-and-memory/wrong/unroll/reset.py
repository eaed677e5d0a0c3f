# caught by: hands-on
"""Begins every step with the first state: nothing is remembered."""


def unroll(step, inputs, state):
    states = [step(x, state) for x in inputs]
    return states, states[-1] if states else state
