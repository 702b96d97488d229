# Thin names; the work is in scripts/, which runs without make as well.
.PHONY: run test check

run:
	@scripts/run

test:
	@scripts/test

check:
	@scripts/check
