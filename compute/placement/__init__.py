"""Which host an instance runs on: SQL narrows, filters give reasons, weighers order, a guarded claim decides."""
