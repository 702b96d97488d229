"""Pages as files of other kinds."""
