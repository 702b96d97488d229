"""One attempt at a job: claim, sandbox, limits, heartbeat, cancel, publish; and the reconciler."""
