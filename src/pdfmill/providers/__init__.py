"""Language models and translators behind one protocol: who is asked, with which key, how often, and for how much.

This runs in the process that supervises a job, never in the sandbox with the document. `open_providers` makes of the
settings a `Providers`; each job gets a `Desk` of its own, at which it asks.
"""
