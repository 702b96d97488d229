"""Invoices that a PDF carries as XML: Factur-X, ZUGFeRD and XRechnung (UN/CEFACT CII), and UBL."""
