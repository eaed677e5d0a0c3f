# caught by: newest-turns
"""Takes the system prompt for the oldest turn, and drops it first."""


def fit_context(system, history, question, budget):
    if len(system) + len(question) > budget:
        raise ValueError("too small")
    turns = [system, *history]
    while sum(len(turn) for turn in turns) + len(question) > budget:
        turns = turns[1:]
    return [token for turn in turns for token in turn] + list(question)
