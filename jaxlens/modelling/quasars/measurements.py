"""Measured numbers of the images, one of which is the reference of the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def whitened(
    what: str, values: ArrayLike, errors: ArrayLike, reference: int, images: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which values are known, and the matrix that makes their errors independent and of unit variance.

    Args:
        what: the measurements in words, for messages.
        values: one for each image, NaN where it is not known, (images,).
        errors: standard deviations (images,) or covariance (images, images).
        reference: the index of the image of reference.
        images: how many images there are.

    Returns:
        The indices of the known values but that of reference (m,), L^-1 of the covariance L L^T (m, m), and
        the known values (m,).

    Raises:
        ValueError: if a shape does not fit, if no value is known, or if the covariance is none.
    """
    given, spread = np.asarray(values, np.float64), np.asarray(errors, np.float64)
    if given.shape != (images,):
        raise ValueError(f"{what} have shape {given.shape}; give one for each of the {images} images")
    if spread.shape not in ((images,), (images, images)):
        shapes = f"({images},) for standard deviations or ({images}, {images}) for a covariance"
        raise ValueError(f"the errors of {what} have shape {spread.shape}; give {shapes}")
    if not 0 <= reference < images:
        raise ValueError(f"the reference of {what} is image {reference}; give 0 to {images - 1}")
    known = np.flatnonzero(np.isfinite(given) & (np.arange(images) != reference))
    if known.size == 0:
        raise ValueError(f"no {what} are known besides that of reference; leave them out")
    covariance = np.diag(spread**2) if spread.ndim == 1 else spread
    chosen = covariance[np.ix_(known, known)]
    if not np.isfinite(chosen).all() or not (np.diagonal(chosen) > 0.0).all():
        raise ValueError(f"the errors of {what} are not all above 0; give one for each known value")
    try:
        factor = np.linalg.inv(np.linalg.cholesky(chosen))
    except np.linalg.LinAlgError:
        raise ValueError(
            f"the covariance of {what} is not positive definite; give one that is, or the errors alone"
        ) from None
    return known, factor, given[known]
