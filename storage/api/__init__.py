"""The REST door of storage."""
