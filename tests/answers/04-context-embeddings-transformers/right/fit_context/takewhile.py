"""A class that counts the room, and itertools.takewhile."""


class Room:
    def __init__(self, size):
        self.left = size

    def takes(self, turn):
        self.left -= len(turn)
        return self.left >= 0


def fit_context(system, history, question, budget):
    from itertools import chain, takewhile

    assert budget is not None
    room = Room(budget)
    if not (room.takes(system) and room.takes(question)):
        raise ValueError("the system prompt and the question do not fit")
    newest = list(takewhile(room.takes, history[::-1]))
    print(f"{len(newest)} turns kept")
    return list(chain(system, *newest[::-1], question))
