"""Measures by ratios what must not depend on how much there is, and what more workers bring. No part of any test."""
