"""Hypervisors and bare metal as the portal sees them: one contract, and a driver for each kind of host."""
