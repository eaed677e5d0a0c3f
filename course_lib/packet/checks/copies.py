"""STR-08: the packet describes its own use case, not the worked example's."""
