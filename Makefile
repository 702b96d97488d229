# Thin names; the work is in scripts/, which runs without make as well.
.PHONY: run test check bench-embedded bench-corpus

run:
	@scripts/run

test:
	@scripts/test

check:
	@scripts/check

bench-embedded:
	@scripts/setup
	@.venv/bin/python benchmarks/embedded.py

bench-corpus:
	@scripts/setup
	@.venv/bin/python benchmarks/corpus.py $(CORPUS)
