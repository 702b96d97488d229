# Thin names; the work is in scripts/, which runs without make as well.
.PHONY: bench-ai run test check assurance bench-embedded bench-corpus bench-compression bench-conversion bench-jobs storm

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

bench-compression:
	@scripts/setup dev
	@.venv/bin/python benchmarks/compression.py $(CORPUS)

bench-conversion:
	@scripts/setup
	@.venv/bin/python benchmarks/conversion.py $(CORPUS)

bench-jobs:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/jobs.py

storm:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/storm.py

assurance:
	@scripts/setup dev
	@.venv/bin/python benchmarks/assurance.py

bench-ai:
	@scripts/setup dev
	@.venv/bin/python benchmarks/ai.py $(CORPUS)
