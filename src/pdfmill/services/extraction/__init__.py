"""What a document says, taken out of it."""
