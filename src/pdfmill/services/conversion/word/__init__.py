"""Pages as a Word document: running text in sections, columns, lists and tables, or all of it where it stands."""
