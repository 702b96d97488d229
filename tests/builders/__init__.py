"""Documents for tests are built, not stored."""
