"""NumPy: running sums of the turn lengths from the end, and how many of them fit."""


def fit_context(system, history, question, budget):
    room = budget - len(system) - len(question)
    if room < 0:
        raise ValueError(f"budget={budget} cannot hold system prompt and question")
    sums = np.cumsum([len(turn) for turn in history[::-1]]) if history else np.array([])
    n = int((sums <= room).sum())
    kept = history[len(history) - n :]
    return sum([list(turn) for turn in kept], list(system)) + list(question)
