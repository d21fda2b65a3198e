"""Networks as the portal sees them: one contract, and a driver for each way to make one."""
