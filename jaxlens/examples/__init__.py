"""Programs to run and to copy from: `python -m jaxlens.examples.<name> --help`.

They use jaxlens as a user's program does, and nothing in jaxlens imports them.
"""
