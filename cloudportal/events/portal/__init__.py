"""The pages of events and alerts."""
