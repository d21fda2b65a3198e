"""Counts what happened."""
