"""The real application on a database and a storage of its own; hints are written down, since no worker runs."""

import pytest

from applications import applications


@pytest.fixture
def make_app(tmp_path):
    """Builds the application with settings."""
    with applications(tmp_path) as make_app:
        yield make_app


@pytest.fixture(scope="module")
def make_world(tmp_path_factory):
    """Builds an application that the tests of a module share; it takes files whatever space is left."""
    with applications(tmp_path_factory.mktemp("world")) as make_app:
        yield lambda **settings: make_app(storage={"min_free_mib": 0}, **settings)


@pytest.fixture
def app(make_app):
    return make_app(storage={"min_free_mib": 0}, upload={"max_upload_mib": 1})


@pytest.fixture
def parts(app):
    return app.extensions["pdfmill"]


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def stored_files(parts):
    """The files in the storage, by their path below its root."""

    def stored_files():
        root = parts.storage.root
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return stored_files
