"""The sections IMAGE and SURVEY: the detector, the PSF, and how they are simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from jaxlens.config.model.pixel_maps import PIXEL_MAP
from jaxlens.config.model.quantities import Quantity
from jaxlens.config.model.transients import Passbands


@dataclass(frozen=True)
class Kernel:
    """The PSF kernels of psf_type PIXEL.

    Attributes:
        files: the path of each band's file, or of one file for all bands.
        factor: the number of the kernel's pixels along one side of an image pixel.
        array: the pixels, (1 or bands, k, k) with k odd, each kernel of unit sum.
    """

    files: tuple[str, ...]
    factor: int
    array: np.ndarray = field(compare=False, repr=False)


@dataclass(frozen=True)
class Numerics:
    """How the PSF is applied, under lenstronomy's names and with its defaults."""

    supersampling_convolution: bool = False
    supersampling_kernel_size: int = 5
    convolution_kernel_size: int | None = None
    point_source_supersampling_factor: int = 1


@dataclass(frozen=True)
class Instrument:
    """IMAGE and SURVEY.

    Attributes:
        bands: the names of the bands, in order.
        num_pix: the number of pixels along one side of an image.
        psf_type: the kind of PSF.
        supersampling_factor: the number of rays along one side of a pixel.
        data_count_unit: the unit of counts, electrons or ADU.
        point_source: whether a point source's flux is interpolated from a PSF kernel or integrated exactly.
        shot_noise: whether shot noise is drawn from a Gaussian or a Poisson distribution.
        quantities: (name, quantity) pairs of the parameters that the file gives, under lenstronomy's names:
            exposure_time (s), pixel_scale (arcsec) or the six of `PIXEL_MAP`, read_noise (electrons),
            ccd_gain (electrons per ADU), background_noise (counts/s), moffat_beta, seeing (arcsec),
            magnitude_zero_point (mag), sky_brightness (mag/arcsec^2) and num_exposures, which is 1 where the
            file does not give it.
        numerics: how the PSF is applied.
        kernel: the kernels of psf_type PIXEL, None for the others.
        passbands: the transmission of the bands; None where no spectrum is integrated over them.
        halo_tolerance: the largest error of the deflection by haloes, as a fraction of the Einstein radius; 0
            where it is exact.
    """

    bands: tuple[str, ...]
    num_pix: int
    psf_type: Literal["GAUSSIAN", "MOFFAT", "PIXEL", "NONE"]
    supersampling_factor: int
    data_count_unit: Literal["e-", "ADU"]
    point_source: Literal["interpolated", "exact"]
    shot_noise: Literal["gaussian", "poisson"]
    quantities: tuple[tuple[str, Quantity], ...]
    numerics: Numerics = Numerics()
    kernel: Kernel | None = None
    passbands: Passbands | None = None
    halo_tolerance: float = 1e-4

    @property
    def has_pixel_map(self) -> bool:
        """Whether six numbers say where the pixels are, and there is no `pixel_scale`."""
        return any(name in PIXEL_MAP for name, _ in self.quantities)
