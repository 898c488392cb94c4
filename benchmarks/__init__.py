"""Measurements: one run compares, and only ratios of one run are worth keeping."""
