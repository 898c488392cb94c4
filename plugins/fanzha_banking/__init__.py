"""The banking domain."""
