"""`python -m jaxlens` is the jaxlens command."""

from jaxlens.cli import command

if __name__ == "__main__":
    command()
