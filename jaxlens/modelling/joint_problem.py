"""The model of a lens as its images need it: sampling of the PSF, sky, and places of exposures."""

from __future__ import annotations

from dataclasses import replace

from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.offsets import with_offsets
from jaxlens.modelling.problem import LensProblem


def joint_problem(
    problem: LensProblem, images: LensImages, *, offsets: bool | None = None, sky: bool = True
) -> LensProblem:
    """The model of a lens for a fit of its images.

    Light is computed at the smallest multiple of the sampling of the PSF that is not below the model's.

    Args:
        problem: the model of the lens.
        images: its images.
        offsets: whether the place of each image but the first is free, as `with_offsets` says; None: where
            there are several.
        sky: whether each exposure has a free level of the sky.

    Returns:
        The model, with more free parameters where places are free.
    """
    factor = images.layout.psf_factor
    supersampling = -(-problem.lens.supersampling // factor) * factor
    lens = replace(problem.lens, supersampling=supersampling, psf_factor=factor, sky=sky)
    found = replace(problem, lens=lens)
    return found if offsets is False else with_offsets(found, images)
