"""The command line of each part."""

from pdfmill.config.settings import load_settings
from pdfmill.launcher.commands import worker_argv


def test_no_two_workers_have_one_name():
    def name():
        words = worker_argv(load_settings())
        return words[words.index("--hostname") + 1]

    assert name() != name()
