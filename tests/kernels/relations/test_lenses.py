"""The Einstein radius of an isothermal lens, in a flat universe and in a curved one."""

from __future__ import annotations

import pytest

from jaxlens.kernels.relations import RELATIONS


@pytest.mark.parametrize(
    ("cosmology", "ratio"), [({}, 1415.203 / 3303.8), ({"Ode0": 0.5}, 1309.913 / 3180.6155)]
)
def test_the_einstein_radius_is_that_of_an_isothermal_sphere(
    cosmology: dict[str, float], ratio: float
) -> None:
    parameters = {"sigma_v": 250.0, "redshift": 0.5, "redshift_source": 1.0}
    found = RELATIONS["einstein_radius"].mean({"H0": 70.0, "Om0": 0.3, **cosmology}, **parameters)
    # 4 pi (250 km/s / c)^2 is 1.8025 arcsec
    assert float(found) == pytest.approx(1.8025 * ratio, rel=2e-4)
