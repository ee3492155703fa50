"""`python -m validation.slacs DIR`: fit all lenses of a folder, and compare with its published.csv.

Exits with 1 if a lens misses a criterion or fails; the others are fitted all the same.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

from jaxlens.fitting.result import FitWarning
from jaxlens.modelling.samples.published import read_published
from jaxlens.modelling.samples.runs import fit_sample
from jaxlens.modelling.samples.table import line_of
from validation.slacs.report import lines, missed

# The folder of the results, unless --out is given.
FOLDER = Path(__file__).parents[1] / "report" / "slacs"


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m validation.slacs", description=__doc__)
    parser.add_argument("folder", metavar="DIR", type=Path, help="NAME/image.fits, noise.fits, psf.fits")
    parser.add_argument("--config", default="slacs", help="the configuration of all lenses (slacs)")
    parser.add_argument("--published", type=Path, help="(default: published.csv of DIR)")
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder of results (validation/report/slacs)"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these lenses alone")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N lenses")
    parser.add_argument("--resume", action="store_true", help="go on with what is in the folder of results")
    parser.add_argument("--no-pages", action="store_true", help="draw nothing; needs no matplotlib")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Fit, print the table, and say what is missed: 0 if nothing is."""
    options = _arguments(given)
    published = read_published(options.published or options.folder / "published.csv")
    with warnings.catch_warnings():
        # the records have them
        warnings.simplefilter("ignore", FitWarning)
        sample = fit_sample(
            options.folder,
            options.config,
            options.out,
            published=published,
            only=options.only,
            limit=options.limit,
            resume=options.resume,
            overwrite=not options.resume,
            pages=not options.no_pages,
            told=lambda record: print(line_of(record, published), flush=True),
        )
    print("", *lines(sample.records, published), sep="\n")
    wrong = missed(sample.records, published)
    print(*wrong, sep="\n")
    print(f"{len(sample.records) - len(wrong)} of {len(sample.records)} lenses reach all; {sample.folder}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
