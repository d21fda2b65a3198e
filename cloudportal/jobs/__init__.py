"""Work that must survive: the row is the truth, the broker is only a bell."""
