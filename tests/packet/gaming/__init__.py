"""Attempts to get more out of a packet than it deserves, one in each file; test_gaming.py runs them all.

A file holds `cheat(packet)`, which changes a copy of the honest packet, and EXPECTED: the check meant for it (several
in a tuple), or REFUSED if such a packet is not read at all. ALSO names checks that rightly speak up beside it.
"""
