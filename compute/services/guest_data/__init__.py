"""What tenants hand to their guests: keys and user data, kept for more than one instance."""
