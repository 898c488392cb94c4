"""What is kept: decisions, institutions and keys."""
