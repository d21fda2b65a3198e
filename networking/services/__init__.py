"""One function per change to networks and addresses."""
