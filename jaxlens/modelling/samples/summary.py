"""The figure of a sample beside published Einstein radii."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path

from jaxlens.modelling.samples.published import Published, Radius
from jaxlens.modelling.samples.record import Record
from jaxlens.plotting.sample_summary import view_sample

# Dots per inch of the figure.
_DPI = 150


def write_summary(records: Sequence[Record], published: Published, path: Path) -> bool:
    """Draw our Einstein radii against the first published ones.

    Args:
        records: of the lenses.
        published: values to compare with.
        path: the file of the figure.

    Returns:
        Whether it was drawn: not without matplotlib, which is logged, and not where no lens has both values.
    """
    pairs = [(one, published.first(one.name) or Radius(math.nan)) for one in records]
    if not any(math.isfinite(one.theta_E) and math.isfinite(radius.value) for one, radius in pairs):
        return False
    try:
        figure = view_sample(
            [one.name for one, _ in pairs],
            [one.theta_E for one, _ in pairs],
            [one.theta_E_error for one, _ in pairs],
            [radius.value for _, radius in pairs],
            [(radius.low, radius.high) for _, radius in pairs],
            [bool(one.flags) for one, _ in pairs],
            published.columns[0],
        )
    except ImportError as error:
        logging.getLogger("jaxlens").warning("%s", error)
        return False
    figure.savefig(path, dpi=_DPI)
    return True
