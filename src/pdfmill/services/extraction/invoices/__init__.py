"""Invoices and credit notes: what they say, where they say it, and whether it adds up."""
