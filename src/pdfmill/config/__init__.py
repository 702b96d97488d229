"""Settings from the environment, and how pdfmill logs."""
