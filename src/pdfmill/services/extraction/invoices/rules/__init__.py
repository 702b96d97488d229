"""Reading invoices from their pages, without a template: labels, values beside them, and arithmetic that must hold."""
