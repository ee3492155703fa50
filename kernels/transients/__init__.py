"""Light curves of transients and variables, and the photometry that makes them of spectra.

A model gives the light curve of one system: the flux in every band at some times.  Images of a lensed source
show it at times of their own.
"""

from jaxlens.kernels.transients import damped_random_walk, ia, kilonova, photospheres, salt, sed, toy
from jaxlens.kernels.transients.registry import TRANSIENTS, TransientModel

__all__ = [
    "TRANSIENTS",
    "TransientModel",
    "damped_random_walk",
    "ia",
    "kilonova",
    "photospheres",
    "salt",
    "sed",
    "toy",
]
