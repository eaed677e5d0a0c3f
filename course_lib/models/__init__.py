"""One file per architecture, each read from top to bottom."""
