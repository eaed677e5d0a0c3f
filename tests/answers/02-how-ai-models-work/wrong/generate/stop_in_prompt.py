# caught by: no-stop
"""Looks for the stop token anywhere in the text, so a prompt that contains it gets no answer."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    while stop_id not in ids and len(ids) < len(prompt_ids) + max_new_tokens:
        ids.append(pick(next_logits(ids)))
    return ids
