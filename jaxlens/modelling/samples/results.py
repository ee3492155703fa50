"""The files of one fitted lens: its numbers, its model and its page."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jaxlens.files.fits import write_fits
from jaxlens.modelling.samples.lenses import Lens
from jaxlens.modelling.samples.pages import Pictures, page_of, pictures
from jaxlens.modelling.samples.record import Record, record_of_fit
from jaxlens.plotting.lens_page import view_lens

if TYPE_CHECKING:
    from jaxlens.modelling.lens_result import LensFit

# The files of a lens beside its record.
FIT, PARAMETERS, MODEL, PAGE = "fit.h5", "parameters.csv", "model.fits", "page.png"
# Dots per inch of a page.
_DPI = 130


def write_results(lens: Lens, found: LensFit, place: Path, pages: bool = True) -> Record:
    """Write the files of a fitted lens into a folder, and return what is kept of it.

    The files are `fit.h5` (`jaxlens.FitResult.load` reads it), `parameters.csv`, `model.fits` with data,
    model, light of the lens, noise, residual and mask, the source in its plane, and `page.png`.  A picture
    that cannot be drawn is a warning of the record.

    Args:
        lens: the lens.
        found: its fit.
        place: the folder.
        pages: whether the page is drawn.

    Raises:
        StorageError: if a file cannot be written.
    """
    fit = found.fit
    fit.save(place / FIT)
    fit.table().to_csv(place / PARAMETERS)
    drawn = pictures(found)
    record = record_of_fit(lens, found, drawn.lines.einstein_radius or math.nan)
    _write_model(found, drawn, place / MODEL)
    if pages:
        try:
            view_lens(page_of(found, drawn, record)).savefig(place / PAGE, dpi=_DPI)
        except (ImportError, ValueError) as error:
            record = replace(record, warnings=(*record.warnings, f"there is no page: {error}"))
    return record


def _write_model(found: LensFit, drawn: Pictures, path: Path) -> None:
    """The images of the fit as extensions of one FITS file."""
    fit = found.fit
    planes = {
        "DATA": fit.images[0],
        "MODEL": fit.model[0],
        "LENS": drawn.lens_light,
        "SIGMA": fit.noise_sigma[0],
        "RESIDUAL": fit.residual[0],
        "MASK": fit.mask[0].astype(np.uint8),
        "SOURCE": drawn.source,
    }
    write_fits(path, planes)
