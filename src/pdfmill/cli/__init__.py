"""The command line: every operation of the registry, the parts of a server, and what an operator asks."""
