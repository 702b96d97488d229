"""What a document says to a question, and of what kind it is."""
