"""Pure JAX functions of arrays: profiles, lensing, cosmology, PSF and noise.

Angles are in arcsec, distances in Mpc, times in days; redshifts and ellipticities have no unit.  Kernels
broadcast: coordinates of shape (1, ny, nx) with parameters of shape () or (bands, 1, 1) give
(1, ny, nx) or (bands, ny, nx).  They are written for one system; the batch axis comes from `jax.vmap`, in
`jaxlens.simulator.batched`.

Nothing here knows a configuration file, a parameter's name in one, or a file on disk, and nothing outside
`jaxlens.kernels` is imported.
"""

from jaxlens.kernels import light, mass
from jaxlens.kernels.registry import LIGHT_PROFILES, MASS_PROFILES, LightProfile, MassProfile

__all__ = ["LIGHT_PROFILES", "MASS_PROFILES", "LightProfile", "MassProfile", "light", "mass"]
