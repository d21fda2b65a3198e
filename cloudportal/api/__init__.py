"""The house style of the REST door."""
