"""Checking the ledger against the marks that it is made from."""
