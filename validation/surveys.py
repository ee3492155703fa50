"""Every packaged file with every survey that has one of its bands: `python -m validation.surveys`.

Each pair is loaded, and systems of each of its configurations are drawn and rendered on few pixels.  SELECT
is left out, since what images show depends on their size.  A pair without a common band must give an error
that names the bands of both.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence

import jax
import numpy as np

from jaxlens import Simulator
from jaxlens.config import Config, ConfigError, examples, load_config
from jaxlens.config.surveys import surveys
from jaxlens.config.updates import config_dict
from validation.quick_compilation import quick_compilation

# Pixels along a side of the images.
PIXELS = 16


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each pair, and the counts; 1 where one fails."""
    parser = argparse.ArgumentParser(description="every packaged file with every survey")
    parser.add_argument(
        "--examples", nargs="+", choices=examples(), default=list(examples()), help="of these"
    )
    parser.add_argument("--systems", type=int, default=1, help="of each configuration")
    options = parser.parse_args(arguments)
    # each pair has programs of its own, which run once
    os.environ.setdefault("XLA_FLAGS", quick_compilation())
    made, refused, failed = 0, 0, 0
    for example in options.examples:
        own = load_config(example).bands
        for survey in surveys():
            began = time.perf_counter()
            try:
                config = load_config(example, survey)
            except ConfigError as error:
                names_both = all(f" {band}" in str(error) for band in own) and "and the survey" in str(error)
                refused, failed = refused + names_both, failed + (not names_both)
                continue
            wrong = list(_wrong(config, options.systems))
            made, failed = made + (not wrong), failed + bool(wrong)
            seconds = f"{time.perf_counter() - began:.1f} s"
            print(
                f"{example} {survey}: {','.join(config.bands)} {'; '.join(wrong) or 'ok'} ({seconds})",
                flush=True,
            )
    print(f"{made} pairs are made, {refused} without a common band name both lists, {failed} fail")
    return 1 if failed else 0


def _wrong(config: Config, systems: int) -> Iterator[str]:
    """What is wrong with the images of a file; nothing where all are finite and have light."""
    tree = config_dict(config)
    tree["IMAGE"]["PARAMETERS"]["numPix"] = PIXELS
    for one in tree["GEOMETRY"].values():
        one.pop("SELECT", None)
    small = load_config(tree)
    for one in small.configurations:
        images, _ = Simulator(small, one.label)(jax.random.key(1), systems)
        found = np.asarray(images)
        if found.shape[-3:] != (len(config.bands), PIXELS, PIXELS):
            yield f"{one.label} has shape {found.shape}"
        elif not np.isfinite(found).all():
            yield f"{one.label} is not finite"
        elif not found.any():
            yield f"{one.label} is empty"


if __name__ == "__main__":
    raise SystemExit(main())
