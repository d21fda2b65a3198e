"""Comparing what hosts run with what the rows say: seen, decided by a pure function, and acted on by jobs or alerts."""
