"""The door to durable-rules: the only package that imports the engine."""
