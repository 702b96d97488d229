"""Documents in a form that can be read for ever: PDF/A."""
