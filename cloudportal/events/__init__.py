"""What happened, what is wrong, and what ran when."""
