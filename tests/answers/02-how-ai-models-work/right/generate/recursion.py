"""The answer is one token and then the answer to the longer prompt."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    if max_new_tokens <= 0:
        return list(prompt_ids)
    token = pick(next_logits(list(prompt_ids)))
    longer = [*prompt_ids, token]
    if stop_id is not None and token == stop_id:
        return longer
    return generate(next_logits, longer, max_new_tokens - 1, pick, stop_id)
