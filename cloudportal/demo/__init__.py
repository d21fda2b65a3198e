"""The demonstration: a small world, everything that it needs to run, and one real instance in it."""
