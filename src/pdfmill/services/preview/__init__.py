"""What a document is, and what converting it would give and cost, told before it is done."""
