"""Prefix lists of any size, checked for collisions straight from their bytes."""

import os

# Read by numpy when it is imported: no work here gains by its threads, and starting them takes a while.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
