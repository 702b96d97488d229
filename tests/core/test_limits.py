"""What an operation asks for, what the operator says, and what may be drawn."""

import pytest

from pdfmill.config.settings import load_settings
from pdfmill.core.context import Context
from pdfmill.core.errors import TooManyPixels
from pdfmill.core.limits import LimitOverrides, Limits


def test_an_operation_gets_what_it_needs_instead_of_the_default():
    limits = Limits().for_operation(LimitOverrides(processes=300, memory_mib=3000))
    assert (limits.processes, limits.memory_mib, limits.wall_s) == (300, 3000, Limits().wall_s)


def test_what_the_operator_set_wins_over_what_an_operation_wants(monkeypatch):
    monkeypatch.setenv("PDFMILL_LIMITS__PROCESSES", "40")
    limits = load_settings().limits.for_operation(LimitOverrides(processes=300, wall_s=5))
    assert (limits.processes, limits.wall_s) == (40, 5)


def test_all_stages_of_an_attempt_draw_from_one_budget(tmp_path):
    ctx = Context(tmp_path, limits=Limits(max_job_megapixels=10))
    ctx.stage("reading", share=0.5).pixels.take(6_000_000)
    with pytest.raises(TooManyPixels, match="PDFMILL_LIMITS__MAX_JOB_MEGAPIXELS"):
        ctx.stage("writing", share=0.5).pixels.take(6_000_000)
