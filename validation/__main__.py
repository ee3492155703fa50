"""All comparisons and their report: `python -m validation [topic ...] [--quick]`.

Runs each topic in float64 and in float32 on jax's default device, prints the table, and writes
`validation/report/`: report.txt, report.md and the figures.  Exits with 1 if a row missed its tolerance.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from validation.agreement.references import DamagedReference
from validation.agreement.reporting import report, running
from validation.agreement.topics import NAMED_ONLY, TOPICS, listing
from validation.extras import MissingExtra

PRECISIONS = ("float64", "float32")
# The folder of the report, unless --out is given.
FOLDER = Path(__file__).parent / "report"


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m validation",
        description=(__doc__ or "").split("\n")[0],
        epilog=f"topics:\n{listing(TOPICS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = f"all but {', '.join(NAMED_ONLY)}"
    parser.add_argument("topic", nargs="*", help=f"topics to compare (default: {default})")
    parser.add_argument("--quick", action="store_true", help="a thinned selection")
    parser.add_argument("--precision", choices=PRECISIONS, help="one precision only")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the report (validation/report)")
    parser.add_argument(
        "--processes", type=int, help="how many at the same time (one a core, at most 4; GPU: 1)"
    )
    parser.add_argument("--no-figures", action="store_true", help="tables only; needs no matplotlib")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Compare and report: 0 if all rows are within tolerance, 1 if not, 2 for an unknown topic."""
    options = _arguments(arguments)
    topics = options.topic or [topic for topic in TOPICS if topic not in NAMED_ONLY]
    unknown = [topic for topic in topics if topic not in TOPICS]
    if unknown:
        print(f"unknown topic {', '.join(unknown)}; the topics are\n{listing(TOPICS)}", file=sys.stderr)
        return 2
    try:
        if not options.no_figures:
            report.need_matplotlib()
        precisions = [options.precision] if options.precision else list(PRECISIONS)
        start = time.perf_counter()
        sections = running.run(
            topics, precisions, options.quick, options.processes or running.default_processes()
        )
    except (DamagedReference, MissingExtra) as error:
        print(error, file=sys.stderr)
        return 1
    minutes = (time.perf_counter() - start) / 60.0
    report.write(sections, minutes, options.out, figures=not options.no_figures)
    passed = all(section.passed for section in sections)
    print(f"{options.out}: {'all within tolerance' if passed else 'some rows MISSED their tolerance'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
