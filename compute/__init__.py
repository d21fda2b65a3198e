"""Instances: places, drives and repairs them."""
