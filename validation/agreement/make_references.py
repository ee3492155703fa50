"""Write the frozen reference values: `python -m validation.agreement.make_references [topic ...]`.

Without a topic, all of them.  The values depend on the seed in each topic and on lenstronomy's version, which
the files record.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from validation.agreement import references
from validation.agreement.topics import MORE_REFERENCES, REFERENCE_TOPICS, listing
from validation.extras import MissingExtra, lenstronomy_version

# The files of reference values, and what they hold.
FILES = REFERENCE_TOPICS | MORE_REFERENCES


def write(topic: str) -> None:
    """Compute the reference values of one topic with the installed lenstronomy and save them."""
    version = lenstronomy_version()
    maker = importlib.import_module(f"validation.agreement.topics.{topic}")
    path = references.save(topic, maker.groups(), version)
    print(f"{path}: {path.stat().st_size / 1024:.0f} kB, lenstronomy {version}")


def main(arguments: list[str] | None = None) -> int:
    """Write the topics; 0 if written, 1 if lenstronomy is missing, 2 for an unknown topic."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.agreement.make_references",
        description="Write the frozen reference values that the comparisons use.",
        epilog=f"topics:\n{listing(FILES)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("topic", nargs="*", help="topics to write (default: all)")
    topics = parser.parse_args(arguments).topic or list(FILES)
    unknown = [topic for topic in topics if topic not in FILES]
    if unknown:
        topics_there = listing(FILES)
        print(f"unknown topic {', '.join(unknown)}; the topics are\n{topics_there}", file=sys.stderr)
        return 2
    try:
        for topic in topics:
            write(topic)
    except MissingExtra as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
