# Thin names; the work is in scripts/, which runs without make as well.
.PHONY: run test check assurance bench-embedded bench-corpus bench-compression bench-conversion bench-extraction bench-ocr bench-ocr-scaling
.PHONY: bench-ai bench-preview bench-jobs bench-maintenance soak storm

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
	@.venv/bin/python benchmarks/conversion.py $(CORPUS) $(if $(CAMELOT),--camelot $(CAMELOT))

bench-preview:
	@scripts/setup
	@.venv/bin/python benchmarks/preview.py $(CORPUS)

bench-extraction:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/extraction.py $(CORPUS)

bench-ocr:
	@scripts/setup dev
	@.venv/bin/python benchmarks/ocr.py $(CORPUS)

bench-ocr-scaling:
	@scripts/setup dev
	@.venv/bin/python benchmarks/ocr_scaling.py

bench-jobs:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/jobs.py

bench-maintenance:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/maintenance.py

storm:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/storm.py

soak:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/soak.py --minutes $(or $(MINUTES),60)

assurance:
	@scripts/setup dev
	@.venv/bin/python benchmarks/assurance.py

bench-ai:
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python benchmarks/ai.py $(CORPUS)
