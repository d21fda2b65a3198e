"""The REST door of networking."""
