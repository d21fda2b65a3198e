"""The admin door, scoped to what its caller administers."""
