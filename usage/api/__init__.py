"""The REST door of usage."""
