"""`python -m validation.haloes [subhaloes ...]`: the table; 1 if a row missed its tolerance."""

from __future__ import annotations

import argparse
import importlib
import sys

from validation.haloes.rows import Row, table

# The topics, each a module here with `rows`.
TOPICS = ("subhaloes",)


def main(given: list[str] | None = None) -> int:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m validation.haloes", description=__doc__)
    parser.add_argument("topic", nargs="*", help=f"{', '.join(TOPICS)} (default: all)")
    topics = parser.parse_args(given).topic or TOPICS
    unknown = [topic for topic in topics if topic not in TOPICS]
    if unknown:
        parser.error(f"unknown topic {', '.join(unknown)}; the topics are {', '.join(TOPICS)}")
    found: list[Row] = []
    for topic in topics:
        # each needs pyHalo, and takes its time
        found += importlib.import_module(f"validation.haloes.{topic}").rows()
    print(table(found))
    return 0 if all(row.passed for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
