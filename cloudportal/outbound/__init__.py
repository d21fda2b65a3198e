"""Requests to places that tenants named. Everything that leaves for such a place goes through here."""
