"""What the fit of a lensed quasar found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jaxlens.modelling.bases import Basis


@dataclass(frozen=True, eq=False, repr=False)
class QuasarFit:
    """The fit of a lensed quasar, as `fit_quasar` gives it.

    Attributes:
        names: the free parameters: those of the file, then the positions and the place of the quasar.
        values: the most probable values, (k,).
        covariance: their covariance by the curvature of the posterior, (k, k).
        params: all parameters, each () or (bands,).
        positions: x and y of the images, arcsec, (images, 2).
        fluxes: of each image, counts/s, (bands, images).
        flux_covariance: of those of each band, with the errors of all else, (bands, images, images).
        magnifications: abs(mu) of each image by the lens.
        delays: when each image arrives after the first, days by the lens and the cosmology.
        offsets: x and y of how far each image is seen from where the lens puts it, arcsec, (images, 2).
        bases: the light of lens and host.
        amplitudes: of that light, then of the quasar, then of the sky, (bands, functions + exposures).
        image: the observed pixels that were fitted, counts/s, (bands, exposures, n, n).
        model: the image that was found, of that shape.
        noise_sigma: the noise with the error of the PSF, infinite where a pixel is not used.
        grid: where the pixels are, as `LensData` has it, (bands, exposures, 6).
        kernel: the PSF, corrected if that was asked for, (bands, exposures, k, k).
        kernel_variance: that of each of its samples; None where none is known.
        psf_factor: its samples along a side of a pixel.
        psf_chi_squares: chi-square before and after each correction of the PSF, with the noise alone.
        chi_square: of the image, with the error of the PSF in the noise.
        degrees_of_freedom: used pixels minus free parameters and amplitudes; samples of a corrected PSF are
            not counted.
        others: the sum of squares of the other terms: positions, delays and flux ratios.
        converged: whether the descent ended in a maximum.
        reached: how many of the starts ended there.
        starts: how many there were.
        warnings: what is doubtful, in plain words.
        seconds: how long each stage took.
    """

    names: tuple[str, ...]
    values: np.ndarray
    covariance: np.ndarray
    params: Mapping[str, np.ndarray]
    positions: np.ndarray
    fluxes: np.ndarray
    flux_covariance: np.ndarray
    magnifications: np.ndarray
    delays: np.ndarray
    offsets: np.ndarray
    bases: tuple[Basis, ...]
    amplitudes: np.ndarray
    image: np.ndarray
    model: np.ndarray
    noise_sigma: np.ndarray
    grid: np.ndarray
    kernel: np.ndarray
    kernel_variance: np.ndarray | None
    psf_factor: int
    psf_chi_squares: tuple[float, ...]
    chi_square: float
    degrees_of_freedom: int
    others: float
    converged: bool
    reached: int
    starts: int
    warnings: tuple[str, ...]
    seconds: Mapping[str, float]

    @property
    def sigma(self) -> np.ndarray:
        """The standard deviations of the free parameters, (k,)."""
        return np.sqrt(np.diagonal(self.covariance))

    @property
    def flux_sigma(self) -> np.ndarray:
        """Those of the fluxes, (bands, images)."""
        return np.sqrt(np.diagonal(self.flux_covariance, axis1=1, axis2=2))

    def value(self, name: str) -> tuple[float, float]:
        """The value and the standard deviation of a free parameter.

        Args:
            name: such as `H0`.

        Raises:
            ValueError: if it is not free.
        """
        if name not in self.names:
            raise ValueError(f"{name} is not free in this fit; free are {', '.join(self.names)}")
        at = self.names.index(name)
        return float(self.values[at]), float(self.sigma[at])

    def flux_ratios(self, reference: int = 0) -> np.ndarray:
        """The fluxes over that of one image, (bands, images).

        Args:
            reference: the index of that image.
        """
        return self.fluxes / self.fluxes[:, reference : reference + 1]

    def summary(self) -> str:
        """The fit in plain words, several lines."""
        lines = [
            f"{name} = {value:.5g} +- {sigma:.2g}"
            for name, value, sigma in zip(self.names, self.values, self.sigma, strict=True)
        ]
        ratio = self.chi_square / self.degrees_of_freedom
        lines += [f"chi-square {self.chi_square:.1f} of {self.degrees_of_freedom} degrees: {ratio:.3f}"]
        lines += [f"reached from {self.reached} of {self.starts} starts", *self.warnings]
        return "\n".join(lines)

    def __repr__(self) -> str:
        ratio = self.chi_square / self.degrees_of_freedom
        state = "converged" if self.converged else "not converged"
        return f"QuasarFit of {len(self.positions)} images, {state}, chi-square per degree {ratio:.3f}"
