"""Everything between a submitted notebook and a grade."""
