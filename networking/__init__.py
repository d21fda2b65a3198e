"""Networks, addresses."""
