"""Real counterparts for tests: each is started for the tests that ask for it, and stopped after them."""
