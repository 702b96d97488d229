"""One module for each library or program that touches a document. No business rules; errors are translated here."""
