"""Prefixes out of whatever a network engineer has at hand; the door is `readers/prefix_lists.py`."""
