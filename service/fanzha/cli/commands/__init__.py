"""One file a command; to add one, copy the nearest."""
