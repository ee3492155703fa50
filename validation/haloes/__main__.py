"""`python -m validation.haloes [part ...] [--full]`: lists the parts, or runs those that are named (`all`).

Exits with 1 if a row missed its tolerance.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from dataclasses import asdict

import jax

from validation.agreement.reporting.rows import Row
from validation.agreement.topics import listing
from validation.haloes import AGREEMENT, PARTS

# What draws, trains or measures: modules with `run(full: bool) -> None`.
MAKERS = {
    "picture": "docs/dark_matter.png: images, convergence and difference to the smooth lens of files",
    "regression": "a small network measures f_sub in images of subhaloes_cdm",
    "page": "the numbers of docs/dark_matter.md, from the results of the others",
    "lines_of_sight": "10,000 systems of line_of_sight: seconds, memory; beside JAXtronomy and lenstronomy",
}


def main(given: list[str] | None = None) -> int:
    """List the parts or run them; 1 if a row missed its tolerance, 2 for a part that does not exist."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.haloes",
        description=(__doc__ or "").split("\n")[0],
        epilog=f"comparisons (all):\n{listing(PARTS)}\nfurther:\n{listing(MAKERS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", nargs="*", help="what to run; all: every comparison; none: list them")
    parser.add_argument("--full", action="store_true", help="all cases; a quick check has a selection")
    parser.add_argument("--save", action="store_true", help="keep the rows in validation/results")
    options = parser.parse_args(given)
    if not options.part:
        parser.print_help()
        return 0
    parts = list(PARTS) if options.part == ["all"] else options.part
    unknown = [part for part in parts if part not in PARTS | MAKERS]
    if unknown:
        print(f"unknown part {', '.join(unknown)}; there are\n{listing(PARTS | MAKERS)}", file=sys.stderr)
        return 2
    found = {part: _run(part, options.full) for part in parts}
    if options.save:
        text = {part: [asdict(row) for row in rows] for part, rows in found.items() if rows}
        AGREEMENT.write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")
    return 0 if all(row.passed for rows in found.values() for row in rows) else 1


def _run(part: str, full: bool) -> list[Row]:
    """Run a part, print its rows and return them."""
    module, started = importlib.import_module(f"validation.haloes.{part}"), time.perf_counter()
    if part in MAKERS:
        module.run(full)
        return []
    # the references are in double precision; a part that tests single precision says so itself
    with jax.enable_x64(True):
        rows: list[Row] = module.check(not full)
    print(f"{part}, {time.perf_counter() - started:.0f} s")
    for row in rows:
        limit = "" if row.tolerance is None else f" / {row.tolerance:.1e}"
        what = f"{row.measure}: {row.name} ({row.cases}) {row.remark}".rstrip()
        print(f"  {row.verdict:<7}{row.maximum:.1e}{limit} {what}", flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
