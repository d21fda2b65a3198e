"""Django's SQLite backend, patient with other writers: see `base`."""
