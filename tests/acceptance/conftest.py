"""Whole servers, started as a user starts them."""

import pytest

from stacks.stack import Stack, running_stack


@pytest.fixture
def start(tmp_path):
    """Starts a stack; what a test leaves running is killed."""
    stacks = []

    def start():
        stacks.append(Stack(tmp_path))
        return stacks[-1]

    yield start
    for stack in stacks:
        stack.kill()


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack that the tests of a module share."""
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
