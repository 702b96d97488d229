import pytest


@pytest.fixture(autouse=True)
def language_data(language_data):
    """All of these recognise text."""
