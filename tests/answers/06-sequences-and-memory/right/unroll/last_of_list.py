"""Takes the last state from the list, if there is one."""


def unroll(step, inputs, state):
    kept = []
    now = state
    for x in inputs:
        now = step(x, now)
        kept += [now]
    return kept, (kept[-1] if kept else state)
