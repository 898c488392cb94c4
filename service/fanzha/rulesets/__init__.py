"""The law as data: files of rules, read and checked."""
