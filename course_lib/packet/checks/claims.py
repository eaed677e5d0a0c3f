"""CLM: what is believed about prices, models and laws, with a source and a date that grows old."""
