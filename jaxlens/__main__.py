"""`python -m jaxlens` is the jaxlens command."""

from jaxlens.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
