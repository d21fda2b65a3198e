"""Primary storage as the portal sees it: one contract, and a driver for each kind of pool."""
