"""The REST door of the infrastructure."""
