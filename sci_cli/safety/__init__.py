"""Text that is safe to show and YAML that is safe to read."""
