"""The REST door of compute."""
