"""Programs to run and to copy from: `python -m jaxlens.examples.<name> --help`.

They use jaxlens as a user does, and nothing in jaxlens uses them.
"""
