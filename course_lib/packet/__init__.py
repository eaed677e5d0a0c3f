"""The enterprise readiness packet: load, evidence, seal, check."""
