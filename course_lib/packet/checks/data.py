"""DAT: the data cards, held against what was measured and against a scan of the texts."""
