"""The picture of a fit: its lens, the residuals of its image, and its posterior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from jaxlens.plotting.fit import view_fit
from jaxlens.plotting.system import SystemPicture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from jaxlens.fitting.result import FitResult
    from jaxlens.simulator.simulator import Simulator

# A corner plot of more parameters than these has panels that are too small to read.
_MOST_SHOWN = 12
# The number of axes of the images of time series.
_SERIES_AXES = 5


def shown_names(names: Sequence[str]) -> Sequence[str]:
    """The free parameters that a corner plot shows: all, or of many those of the masses.

    >>> len(shown_names([f"PLANE_1-OBJECT_1-MASS_PROFILE_1-e{i}" for i in range(4)] + ["seeing"] * 20))
    4
    """
    masses = [name for name in names if "-MASS_PROFILE_" in name or "-SHEAR_PROFILE_" in name]
    return masses if masses and len(names) > _MOST_SHOWN else names


def plot_fit(
    result: FitResult, index: int, columns: Sequence[int], samples: np.ndarray, sim: Simulator | None
) -> Figure:
    """Draw the fit of one image.

    Args:
        result: the fit.
        index: the index of the image.
        columns: which free parameters the corner plot has.
        samples: their draws, (draws, columns).
        sim: the simulator that draws the lens; None leaves it out.

    Returns:
        A matplotlib `Figure`.
    """
    names = [result.names[column] for column in columns]
    return view_fit(
        result.images[index],
        result.model[index],
        result.noise_sigma[index],
        result.mask[index],
        bands=result.bands,
        samples=pd.DataFrame(samples, columns=names),
        best=result.values[index, list(columns)],
        system=_lens(result, index, sim),
    )


def _lens(result: FitResult, index: int, sim: Simulator | None) -> SystemPicture | None:
    """The lens of the best model of an image; None of a time series, or without a simulator."""
    if sim is None or result.images.ndim == _SERIES_AXES:
        return None
    image = np.where(result.mask[index], result.images[index], np.nan)
    return sim.picture(result.params, index, image)
