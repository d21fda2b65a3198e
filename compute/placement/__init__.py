"""Which host an instance runs on: SQL narrows, filters refuse with a reason, weighers order, a guarded claim decides."""
