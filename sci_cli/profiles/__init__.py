"""Profiles: the process of one provider as a YAML file, read strictly, checked whole and found by its id."""

from __future__ import annotations

from sci_cli.profiles.catalogue import Catalogue, Entry, shipped_profiles_dir
from sci_cli.profiles.reading import parse_profile, profile_digest, profile_schema

__all__ = [
    "Catalogue",
    "Entry",
    "parse_profile",
    "profile_digest",
    "profile_schema",
    "shipped_profiles_dir",
]
