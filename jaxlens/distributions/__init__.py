"""The probability distributions of configuration files, by name.

A distribution is a frozen dataclass.  Its fields are the PARAMETERS of the configuration file, and are
traced, so that a draw can be differentiated with respect to them.  A draw is the quantile function at a
uniform random number, `icdf(u)` with u in (0, 1).  A user's own distribution is a function of a random key
instead (see `distribution`).  Nothing here reads a file or makes random numbers.

>>> import jax
>>> redshift = Uniform(minimum=0.2, maximum=0.8)
>>> float(redshift.icdf(0.5))
0.5
>>> float(jax.grad(lambda hi: Uniform(0.2, hi).icdf(0.25))(0.8))
0.25
"""

from jaxlens.distributions.base import DISTRIBUTIONS, Distribution, parameter_defaults, parameter_names
from jaxlens.distributions.beta import Beta
from jaxlens.distributions.continuous import (
    LogNormal,
    LogUniform,
    Normal,
    SymmetricUniformAnnulus,
    TruncatedNormal,
    Uniform,
)
from jaxlens.distributions.derived import (
    Affine,
    Scaled,
    Truncated,
    probability_between,
    truncated_icdf,
)
from jaxlens.distributions.discrete import Categorical, DeltaFunction, UniformInt
from jaxlens.distributions.host import is_possible_between
from jaxlens.distributions.luminosities import (
    DoublePowerLawMagnitude,
    SchechterMagnitude,
    VelocityDispersionFunction,
)
from jaxlens.distributions.order_statistics import NearestByComovingVolume
from jaxlens.distributions.poisson import Poisson
from jaxlens.distributions.power_laws import NumberCounts, PowerLaw
from jaxlens.distributions.shapes import GeneralizedNormal, OneMinusRayleigh, Rayleigh
from jaxlens.distributions.users import RESERVED, USER_DISTRIBUTIONS, UserDistribution, distribution
from jaxlens.distributions.volumes import ComovingVolume

__all__ = [
    "DISTRIBUTIONS",
    "RESERVED",
    "USER_DISTRIBUTIONS",
    "Affine",
    "Beta",
    "Categorical",
    "ComovingVolume",
    "DeltaFunction",
    "Distribution",
    "DoublePowerLawMagnitude",
    "GeneralizedNormal",
    "LogNormal",
    "LogUniform",
    "NearestByComovingVolume",
    "Normal",
    "NumberCounts",
    "OneMinusRayleigh",
    "Poisson",
    "PowerLaw",
    "Rayleigh",
    "Scaled",
    "SchechterMagnitude",
    "SymmetricUniformAnnulus",
    "Truncated",
    "TruncatedNormal",
    "Uniform",
    "UniformInt",
    "UserDistribution",
    "VelocityDispersionFunction",
    "distribution",
    "is_possible_between",
    "parameter_defaults",
    "parameter_names",
    "probability_between",
    "truncated_icdf",
]
