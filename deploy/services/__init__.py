"""Starts the services around the portal for a demonstration or a test: own directory, own port, gone afterwards."""
