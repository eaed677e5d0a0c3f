"""Prompt and new tokens in two lists, joined for the model and for the result."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    new = []
    while len(new) < max_new_tokens and not (new and new[-1] == stop_id):
        new += [pick(next_logits([*prompt_ids, *new]))]
    return [*prompt_ids, *new]
