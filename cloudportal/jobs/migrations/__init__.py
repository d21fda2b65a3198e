"""The tables, step by step: one operation each, since MariaDB does not take DDL back."""
