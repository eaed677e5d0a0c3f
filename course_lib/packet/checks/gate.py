"""GATE: the verdict that follows from the numbers, and the one that is declared."""
