"""Programs to run and to copy from: `python -m jaxlens.examples.<name> --help`."""
