"""What a user can do, one function each: load, decide, save, return an Outcome."""
