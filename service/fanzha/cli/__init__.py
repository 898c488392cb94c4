"""The command line; no rule logic."""
