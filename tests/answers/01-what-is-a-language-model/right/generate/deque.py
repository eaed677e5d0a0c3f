"""A class with a window of fixed length."""

from collections import deque


class Writer:
    def __init__(self, probs, prompt):
        self.probs, self.n = probs, len(probs.shape)
        if self.n - 1 > len(prompt):
            raise ValueError("short")
        self.window = deque(prompt, maxlen=self.n - 1)

    def __call__(self, generator):
        row = self.probs[tuple(self.window)]
        token = torch.multinomial(row, num_samples=1, generator=generator).item()
        self.window.append(token)
        return token


def generate(probs, prompt, max_new_tokens, generator):
    write = Writer(probs, prompt)
    return [*prompt, *(write(generator) for _ in range(max_new_tokens))]
