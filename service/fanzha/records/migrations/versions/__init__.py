"""One file a step, named after its number and what it does; a step once released never changes."""
