"""The workshop: notebooks as text that people write and review, and everything that a new lesson needs, laid out."""
