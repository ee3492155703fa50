"""Relations of the numbers of galaxies, such as the fundamental plane, each with its source and scatter.

A relation gives the mean of one number from others.  RELATION of a configuration file refers to it by name.
"""

from jaxlens.kernels.relations import (
    angles,
    comoving,
    early_types,
    lenses,
    luminosity_functions,
    magnitudes,
    sizes,
)
from jaxlens.kernels.relations.registry import RELATIONS, Relation, relation

__all__ = [
    "RELATIONS",
    "Relation",
    "angles",
    "comoving",
    "early_types",
    "lenses",
    "luminosity_functions",
    "magnitudes",
    "relation",
    "sizes",
]
