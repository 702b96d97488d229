"""Whole servers for tests and benchmarks: processes, the servers they lean on, and ways to hurt them."""
