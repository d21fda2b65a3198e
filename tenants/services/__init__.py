"""One function per change to the tenants."""
