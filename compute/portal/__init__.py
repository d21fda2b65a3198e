"""The portal's pages about instances and their sizes."""
