"""Asking LDAP directories who somebody is: what a directory says goes in, a person in plain values comes out."""
