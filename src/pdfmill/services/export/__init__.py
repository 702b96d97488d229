"""Results as files that other programs read: tables, workbooks, JSON, and the formats of banks."""
