"""Counts the places and keeps the beginning in front."""


def unroll(step, inputs, state):
    states = [state]
    for i in range(len(inputs)):
        states.append(step(inputs[i], states[i]))
    return states[1:], states[-1]
