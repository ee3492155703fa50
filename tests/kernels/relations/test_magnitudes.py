"""Absolute and apparent magnitudes."""

from __future__ import annotations

import jax
import numpy as np

from jaxlens.kernels.relations import RELATIONS
from jaxlens.kernels.relations.magnitudes import distance_modulus

FLAT = {"H0": 70.0, "Om0": 0.3}


@jax.jit
def magnitudes(
    redshift: np.ndarray, k_correction: np.ndarray, evolution: np.ndarray, spectral_index: np.ndarray
) -> list[jax.Array]:
    """The distance modulus, the apparent magnitude of M = -22, and the absolute magnitude of that."""
    others = {"redshift": redshift, "k_correction": k_correction, "evolution": evolution}
    others["spectral_index"] = spectral_index
    m = RELATIONS["apparent_magnitude"].mean(FLAT, absolute_magnitude=-22.0, **others)
    again = RELATIONS["absolute_magnitude"].mean(FLAT, apparent_magnitude=m, **others)
    return [distance_modulus(redshift, FLAT), m, again]


# redshift, k_correction, evolution, spectral_index
ROWS = np.array(
    [
        (0.1, 0.0, 0.0, -1.0),
        (1.0, 0.0, 0.0, -1.0),
        (3.0, 0.0, 0.0, -1.0),
        (1.0, 0.3, 0.0, -1.0),
        (1.0, 0.0, 1.5, -1.0),
        (1.0, 0.0, 0.0, 0.0),
        (0.7, 0.4, 1.6, -0.5),
    ]
)


def test_each_term_has_its_sign_and_absolute_magnitudes_come_back(x64: None) -> None:
    moduli, m, again = (np.asarray(found) for found in magnitudes(*ROWS.T))
    # FlatLambdaCDM(70, 0.3, Tcmb0=0).distmod([0.1, 1, 3])
    np.testing.assert_allclose(moduli[:3], [38.31520457, 44.10023766, 47.02611193], rtol=0, atol=1e-7)
    np.testing.assert_allclose(m[:3], moduli[:3] - 22.0, rtol=1e-14)
    # K corrections add; galaxies were brighter; a source of constant F_nu is brighter by 2.5 log10(1 + z)
    np.testing.assert_allclose(m[3:6] - m[1], [0.3, -1.5, -2.5 * np.log10(2.0)], rtol=1e-12)
    np.testing.assert_allclose(again, -22.0, rtol=1e-14)
