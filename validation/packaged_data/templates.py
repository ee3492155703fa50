"""The template of type Ia supernovae, from sncosmo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import sncosmo
from astropy.io import fits


def write(folder: Path) -> Path:
    """Write `hsiao.npz`: the source `hsiao-subsampled` of sncosmo, as it is.

    Its arrays are `phases` (days since the peak in B), `wavelength` (Angstrom) and `flux` (phases,
    wavelengths).

    Returns:
        The path of the file.
    """
    source = Path(sncosmo.__file__).parent / "data" / "models" / "Hsiao_SED_V3_subsampled.fits"
    with fits.open(source) as file:
        flux = np.asarray(file[0].data, np.float32)
        header = file[0].header
        wavelength, phases = (_axis(header, axis) for axis in (1, 2))
    path = folder / "hsiao.npz"
    phases, wavelength = (np.asarray(array, np.float32) for array in (phases, wavelength))
    np.savez_compressed(path, phases=phases, wavelength=wavelength, flux=flux)
    return path


def _axis(header: fits.Header, axis: int) -> np.ndarray:
    """The coordinates along one axis of a FITS image."""
    pixels = np.arange(1, header[f"NAXIS{axis}"] + 1)
    return header[f"CRVAL{axis}"] + header[f"CDELT{axis}"] * (pixels - header.get(f"CRPIX{axis}", 1.0))
