"""`python -m sci_cli` is the same as `sci`."""

from sci_cli.cli.start import run

if __name__ == "__main__":
    run()
