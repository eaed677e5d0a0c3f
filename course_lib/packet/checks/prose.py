"""PRS: numbers in prose are references, or equal to a field."""
