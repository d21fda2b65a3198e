"""The house style of the portal."""
