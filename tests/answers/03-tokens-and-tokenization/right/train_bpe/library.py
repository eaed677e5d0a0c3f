"""The course's own learner on one word."""

from course_lib.tokenizers.learning import learn_merges


def train_bpe(text, n_merges):
    return learn_merges({text: 1}, n_merges)
