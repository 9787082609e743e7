"""Prefix lists of any size, checked for collisions straight from their bytes."""
