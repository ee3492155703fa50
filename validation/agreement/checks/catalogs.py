"""Systems of a catalogue in OM10's layout, against the images that it lists.

The catalogue is written by `validation.packaged_data.om10`, whose solver shares nothing with jaxlens; the
file is that of the packaged example `om10`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from jaxlens import check_catalog
from jaxlens.config import example_path
from jaxlens.truth.image_differences import ImageDifferences
from validation.agreement.reporting.rows import Findings, precision, row
from validation.packaged_data import om10

# How many systems are compared, in a quick check and otherwise, and the seed of the catalogue.
SYSTEMS, QUICK_SYSTEMS, SEED = 2000, 200, 1
# arcsec; relative; relative to each delay.
POSITION = {"float64": 1e-8, "float32": 1e-5}
MAGNIFICATION = {"float64": 1e-7, "float32": 1e-4}
DELAY = {"float64": 1e-7, "float32": 1e-3}


def check(quick: bool) -> Findings:
    """Positions, magnifications, delays, and whether all images are there."""
    found, own = differences(QUICK_SYSTEMS if quick else SYSTEMS), precision()
    if found.magnification is None or found.delay is None or found.theirs.delay is None:
        raise RuntimeError("the catalogue lists magnifications and delays")
    shown, later = found.theirs.mask, found.theirs.delay > 0.0
    return Findings(
        [
            row("OM10: numbers of images", found.theirs.count - found.ours.count, 0.0, "images"),
            row("OM10: positions", found.position[shown], POSITION[own], "arcsec"),
            row("OM10: magnifications", np.abs(found.magnification[shown]), MAGNIFICATION[own], "relative"),
            row("OM10: delays", np.abs(found.delay[later]), DELAY[own], "relative"),
        ]
    )


def differences(systems: int) -> ImageDifferences:
    """The systems of a new catalogue beside what it lists."""
    with tempfile.TemporaryDirectory() as folder:
        om10.catalogue(systems, SEED).write(Path(folder) / om10.NAME)
        path = Path(folder) / "om10.yaml"
        path.write_text(example_path("om10").read_text(encoding="utf-8"), encoding="utf-8")
        return check_catalog(path, systems=None)
