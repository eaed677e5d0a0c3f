"""Embedded real data: nothing is downloaded."""
