"""`python -m validation.injection [part ...]`: runs the parts that are named, or all."""

from __future__ import annotations

import argparse
import importlib

# Modules with `run() -> None`.
PARTS = ("picture", "large")


def main() -> None:
    """Run the parts."""
    parser = argparse.ArgumentParser(prog="python -m validation.injection", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="what to run (default: all)")
    for part in parser.parse_args().part or PARTS:
        importlib.import_module(f"validation.injection.{part}").run()


if __name__ == "__main__":
    main()
