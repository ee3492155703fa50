"""Probability distributions by name.

A distribution is a small frozen dataclass: its fields are the PARAMETERS of the configuration file,
and they are traced, so a sample can be differentiated with respect to them.  Sampling is always
`icdf(u)` with u uniform in (0, 1): one uniform number a draw, whatever the distribution.  A user's own
distribution is a function of a key instead (see `distribution`).

>>> import jax
>>> redshift = Uniform(minimum=0.2, maximum=0.8)
>>> float(redshift.icdf(0.5))
0.5
>>> float(jax.grad(lambda hi: Uniform(0.2, hi).icdf(0.25))(0.8))
0.25
"""

from jaxlens.distributions.base import (
    DISTRIBUTIONS,
    Distribution,
    Scaled,
    Truncated,
    parameter_defaults,
    parameter_names,
    probability_between,
    truncated_icdf,
)
from jaxlens.distributions.beta import Beta
from jaxlens.distributions.continuous import (
    LogNormal,
    LogUniform,
    Normal,
    SymmetricUniformAnnulus,
    TruncatedNormal,
    Uniform,
)
from jaxlens.distributions.discrete import Categorical, DeltaFunction, UniformInt
from jaxlens.distributions.users import RESERVED, USER_DISTRIBUTIONS, UserDistribution, distribution

__all__ = [
    "DISTRIBUTIONS",
    "RESERVED",
    "USER_DISTRIBUTIONS",
    "Beta",
    "Categorical",
    "DeltaFunction",
    "Distribution",
    "LogNormal",
    "LogUniform",
    "Normal",
    "Scaled",
    "SymmetricUniformAnnulus",
    "Truncated",
    "TruncatedNormal",
    "Uniform",
    "UniformInt",
    "UserDistribution",
    "distribution",
    "parameter_defaults",
    "parameter_names",
    "probability_between",
    "truncated_icdf",
]
