"""The portal's page about usage."""
