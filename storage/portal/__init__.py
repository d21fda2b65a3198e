"""The portal's pages about volumes, templates, disk offerings and storage pools."""
