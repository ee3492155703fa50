"""What a configuration file says, as typed, frozen and hashable values.

One module a part of the file: `quantities` (one numeric entry and how it is drawn), `species` (SPECIES),
`instrument` (IMAGE and SURVEY), `tables` (what DISTRIBUTIONS and BACKGROUNDS read from tables), and `config`
(planes, configurations, and the whole file).  Nothing here reads a file or draws a number.  Every class is
hashable, so that anything derived from it may be static under `jax.jit`.
"""

from jaxlens.config.model.config import Config, Configuration, Plane
from jaxlens.config.model.instrument import Instrument, Kernel, Numerics
from jaxlens.config.model.quantities import Draw, Quantity, constant
from jaxlens.config.model.species import Galaxy, NoiseSource, PointSource, Profile, Special
from jaxlens.config.model.tables import Backgrounds, Column, Joint

__all__ = [
    "Backgrounds",
    "Column",
    "Config",
    "Configuration",
    "Draw",
    "Galaxy",
    "Instrument",
    "Joint",
    "Kernel",
    "NoiseSource",
    "Numerics",
    "Plane",
    "PointSource",
    "Profile",
    "Quantity",
    "Special",
    "constant",
]
