"""Who may do what: keys, rate limits, signed links, and the log of deeds."""
