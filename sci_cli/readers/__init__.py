"""Files that come in: opened safely, decoded, and read into values of the domain."""
