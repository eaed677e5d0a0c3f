"""CST: what a month costs, computed again from volume, tokens, price and people's time."""
