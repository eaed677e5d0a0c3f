"""From logits to text: sampling, cached decoding, streaming."""
