# caught by: empty-and-long
"""Takes an empty turn for the end of the history."""


def fit_context(system, history, question, budget):
    if len(system) + len(question) > budget:
        raise ValueError("too small")
    turns = list(history)
    packed = list(question)
    while turns and turns[-1] and len(system) + len(turns[-1]) + len(packed) <= budget:
        packed = turns.pop() + packed
    return system + packed
