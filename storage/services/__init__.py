"""One function per change to storage."""
