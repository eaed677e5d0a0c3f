"""The other way round: starts with everything and drops the oldest turn until it fits."""


def fit_context(system, history, question, budget):
    if len(system) + len(question) > budget:
        raise ValueError("too small")
    turns = list(history)
    while len(system) + sum(len(turn) for turn in turns) + len(question) > budget:
        turns = turns[1:]
    return list(system) + [token for turn in turns for token in turn] + list(question)
