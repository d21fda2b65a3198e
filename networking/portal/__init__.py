"""The portal's pages about networks and addresses."""
