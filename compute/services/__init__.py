"""One function per change to instances, their sizes, and what the reconciler found."""
