"""The content of a configuration file as typed, frozen and hashable dataclasses.

Each part of the file has a module: `quantities` (one numeric entry and how it is drawn), `species` (SPECIES),
`instrument` (IMAGE and SURVEY), `pixel_maps` (where pixels are), `tables` (DISTRIBUTIONS and BACKGROUNDS),
`catalog` (CATALOG), `transients` (MODEL and TIMESERIES), `copies` (NUMBER and POSITION of objects),
`selection` (SELECT), `haloes` (SUBSTRUCTURE and LINE_OF_SIGHT), and `config` (planes, configurations, and the
whole file).  Nothing here reads a file or draws a number.  Every class is hashable, so that it can be static
under `jax.jit`.
"""

from jaxlens.config.model.catalog import CATALOG, CATALOG_ID, CATALOG_ROW, DEC_SKY, RA_SKY, Catalog
from jaxlens.config.model.config import IMAGE_DTYPES, Config, Configuration, Plane
from jaxlens.config.model.copies import Copies
from jaxlens.config.model.haloes import (
    HALO_ARRAYS,
    LINE_OF_SIGHT,
    Haloes,
    HaloList,
    LineOfSight,
    Substructure,
)
from jaxlens.config.model.instrument import Instrument, Kernel, Numerics
from jaxlens.config.model.links import LinkedDraw
from jaxlens.config.model.pixel_maps import PIXEL_MAP, PIXEL_SCALE, SHIFT, TRANSFORM, map_scale_range
from jaxlens.config.model.quantities import Draw, Link, Quantity, constant
from jaxlens.config.model.selection import MEASURED, TRIES, Criterion, Selection
from jaxlens.config.model.species import (
    Galaxy,
    ImageChoice,
    NoiseSource,
    PointSource,
    Profile,
    ProfileArray,
    Special,
)
from jaxlens.config.model.tables import Backgrounds, Column, Joint
from jaxlens.config.model.transients import Cadence, Library, Passbands, TimeSeries, Transient

__all__ = [
    "CATALOG",
    "CATALOG_ID",
    "CATALOG_ROW",
    "DEC_SKY",
    "HALO_ARRAYS",
    "IMAGE_DTYPES",
    "LINE_OF_SIGHT",
    "MEASURED",
    "PIXEL_MAP",
    "PIXEL_SCALE",
    "RA_SKY",
    "SHIFT",
    "TRANSFORM",
    "TRIES",
    "Backgrounds",
    "Cadence",
    "Catalog",
    "Column",
    "Config",
    "Configuration",
    "Copies",
    "Criterion",
    "Draw",
    "Galaxy",
    "HaloList",
    "Haloes",
    "ImageChoice",
    "Instrument",
    "Joint",
    "Kernel",
    "Library",
    "LineOfSight",
    "Link",
    "LinkedDraw",
    "NoiseSource",
    "Numerics",
    "Passbands",
    "Plane",
    "PointSource",
    "Profile",
    "ProfileArray",
    "Quantity",
    "Selection",
    "Special",
    "Substructure",
    "TimeSeries",
    "Transient",
    "constant",
    "map_scale_range",
]
