"""From a next-token predictor to an assistant."""
