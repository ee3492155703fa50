"""The light curves of a time series as a table: one row for each image of a transient, band and epoch.

The rows of a light curve follow each other: they are ordered by system, image (in order of arrival), band and
epoch.  There are rows for the images that exist, up to four, and the epochs that were observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from jaxlens.files.contents import MEASURED_IMAGES, Contents, Values
from jaxlens.files.csv import CsvTable
from jaxlens.files.metadata import Column
from jaxlens.files.series import MJD, NUM_EPOCHS, POINTING, observed

# The folder in OUTDIR, as in deeplenstronomy.
FOLDER = "lightcurves"
# The columns of an image: their names in the metadata, where {k} is the number of the image and {shift} is
# empty for the first.
_OF_IMAGE = {
    "time_delay": "time_delay_{k}",
    "tdshift": "tdshift_{k}",
    "magnitude": "magnitude{shift}",
    "magnitude_measured": "magnitude_measured{shift}",
    "forced_flux": "forced_flux_{k}",
    "forced_flux_error": "forced_flux_error_{k}",
}
# The columns of all images together, by their names in the metadata.
_OF_ALL = {"blend_flux": "forced_flux", "blend_flux_error": "forced_flux_error"}


def light_curves(contents: Contents, prefix: str, values: Values, start: int = 0) -> dict[str, Column]:
    """The light curves of one transient.

    Args:
        contents: has the names of the bands and the number of epochs.
        prefix: the transient, such as `PLANE_2-OBJECT_2`.
        values: the metadata of some systems, as a chunk has them.
        start: the index of the first system, its OBJID.

    Returns:
        Columns by name, (rows,): OBJID, POINTING, id and type of the template, image (0 is the first to
        arrive), band, epoch (the first is 0), mjd, magnification (its absolute value), time_delay (days),
        tdshift (days since the peak as this image shows it), magnitude (without magnification); and where
        there are images magnitude_measured, forced_flux, forced_flux_error (counts/s), and the same of all
        images together, blend_flux and blend_flux_error.
    """
    assert contents.epochs is not None
    epochs, bands = contents.epochs, np.array(contents.bands, dtype=object)
    count = next(k for k in range(MEASURED_IMAGES + 1) if f"{prefix}-magnification_{k}" not in values)
    names = [{"k": str(k), "shift": f"_shift_{k}" if k else ""} for k in range(count)]
    magnification = np.stack([values[f"{prefix}-magnification_{k}"] for k in range(count)], axis=1)
    seen = np.swapaxes(observed(values[NUM_EPOCHS], epochs), 1, 2)
    exists = (np.asarray(magnification, float) > 0)[:, :, None, None] & seen[:, None]
    system, image, band, epoch = np.nonzero(exists)
    found: dict[str, Column] = {"OBJID": start + system, POINTING: values[POINTING][system]}
    found |= {name: values[f"{prefix}-{name}"][system] for name in ("id", "type")}
    found |= {"image": image, "band": bands[band], "epoch": epoch, MJD: values[MJD][system, epoch, band]}
    found["magnification"] = magnification[system, image]
    for name, of_image in _OF_IMAGE.items():
        own = [f"{prefix}-{of_image.format(**form)}" for form in names]
        if own[0] in values:
            arrays = np.stack([values[each] for each in own])
            found[name] = arrays[image, system] if arrays.ndim == 2 else arrays[image, system, epoch, band]
    for name, of_all in _OF_ALL.items():
        if f"{prefix}-{of_all}" in values:
            found[name] = values[f"{prefix}-{of_all}"][system, epoch, band]
    return found


def light_curve_path(outdir: str | Path, label: str, prefix: str) -> Path:
    """The path of the table of the light curves of one transient.

    Args:
        outdir: the folder of the dataset.
        label: the label of the configuration.
        prefix: the prefix of the transient, such as `PLANE_2-OBJECT_2`.
    """
    return Path(outdir) / FOLDER / f"{label}_{prefix}.csv"


class LightCurveFile(CsvTable):
    """The table of the light curves of one transient."""

    def __init__(self, prefix: str, path: Path, contents: Contents) -> None:
        path.parent.mkdir(exist_ok=True)
        super().__init__(path, contents)
        self._prefix = prefix

    def _table(self, start: int, values: Values) -> Mapping[str, Column]:
        return light_curves(self._contents, self._prefix, values, start)
