"""HTTP in and out; no rule logic."""
