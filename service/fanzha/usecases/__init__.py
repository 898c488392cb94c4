"""One verb per file: what the service does."""
