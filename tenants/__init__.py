"""Domains, accounts, users, projects, roles and limits: who is who, and who may what and how much."""
