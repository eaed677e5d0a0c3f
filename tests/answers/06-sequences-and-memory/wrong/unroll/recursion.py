# caught by: one-and-many
"""A recursion that is as deep as the inputs are long."""


def unroll(step, inputs, state):
    if not inputs:
        return [], state
    new = step(inputs[0], state)
    rest, last = unroll(step, inputs[1:], new)
    return [new, *rest], last
