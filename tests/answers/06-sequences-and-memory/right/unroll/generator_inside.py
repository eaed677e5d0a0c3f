"""A generator hands out the states."""


def unroll(step, inputs, state):
    def run(now):
        for x in inputs:
            now = step(x, now)
            yield now

    states = list(run(state))
    return states, states[-1] if len(states) > 0 else state
