"""A while loop with a flag."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = prompt_ids[:]
    stopped = False
    while len(ids) - len(prompt_ids) < max_new_tokens and not stopped:
        ids = [*ids, pick(next_logits(ids))]
        stopped = ids[-1] == stop_id
    return ids
