"""The rows of the truth tables: positions, magnifications, delays and magnitudes by formula."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.truth.columns import described
from jaxlens.truth.tables import truth_tables

SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
# Seconds in a day, kilometres in a megaparsec, and the speed of light in km/s.
DAY, MPC, C = 86400.0, 3.0856775814913673e19, 299792.458
ARCSEC = np.pi / 180 / 3600


def time_delay_distance(z_lens, z_source, H0=70.0, Om0=0.3):
    """(1 + z_l) D_l D_s / D_ls of a flat universe of matter and a cosmological constant, Mpc."""

    def comoving(z):
        grid = np.linspace(0.0, z, 2001)
        return C / H0 * np.trapezoid(1.0 / np.sqrt(Om0 * (1 + grid) ** 3 + 1 - Om0), grid)

    near, far = comoving(z_lens), comoving(z_source)
    return near * far / (far - near)


@pytest.fixture
def at_places(isothermal, key):
    """The simulator of `isothermal`, and parameters whose sources are at these x and y, arcsec."""
    sim = Simulator(isothermal)

    def params(x, y):
        drawn = sim.sample(key, len(x))
        return drawn | {f"{SOURCE}-center_x": jnp.asarray(x), f"{SOURCE}-center_y": jnp.asarray(y)}

    return sim, params


@pytest.mark.long
def test_images_behind_an_isothermal_sphere(at_places):
    """Beta + theta_E and beta - theta_E along the source; 1 + theta_E / beta; 2 theta_E beta D / c."""
    sim, params = at_places
    x, y = np.array([0.3, -0.2, 1.2]), np.array([0.1, 0.35, 0.9])
    ra, dec = np.array([10.0, 200.0, 359.9999]), np.array([0.0, 60.0, -45.0])
    tables = truth_tables(sim, params(x, y), ids=["a", "b", "c"], ra=ra, dec=dec)
    images, beta = tables["images"], np.hypot(x, y)
    assert images["id"].tolist() == ["a", "a", "b", "b", "c"], "the third has one image"
    assert images["image"].tolist() == [0, 1, 0, 1, 0]
    assert images["n_images"].tolist() == [2, 2, 2, 2, 1]
    system, sign = np.array([0, 0, 1, 1, 2]), np.array([1.0, -1.0, 1.0, -1.0, 1.0])
    radius = (beta[system] + sign) / beta[system]
    np.testing.assert_allclose(images["x"], x[system] * radius, atol=2e-6)
    np.testing.assert_allclose(images["y"], y[system] * radius, atol=2e-6)
    np.testing.assert_allclose(images["magnification"], 1 + sign / beta[system], rtol=1e-5)
    delay = 2 * beta[system] * ARCSEC**2 * time_delay_distance(0.4, 1.5) * MPC / C / DAY
    np.testing.assert_allclose(images["delay"], np.where(sign > 0, 0.0, delay), rtol=1e-3)
    np.testing.assert_allclose(images["unlensed_magnitude_r"], 21.5)
    brighter = 2.5 * np.log10(np.abs(1 + sign / beta[system]))
    np.testing.assert_allclose(images["magnitude_g"], 22.0 - brighter, atol=1e-5)
    # on the sky: small angles, at any right ascension
    offset = np.mod(images["ra"] - ra[system] + 180.0, 360.0) - 180.0
    np.testing.assert_allclose(offset * 3600 * np.cos(np.radians(dec[system])), images["x"], atol=1e-4)
    np.testing.assert_allclose((images["dec"] - dec[system]) * 3600, images["y"], atol=1e-4)
    assert images["ra"].dtype == np.float64
    assert set(images["host"]) == {"PLANE_2-OBJECT_1"}
    host, lens = tables["host"], tables["lens"]
    np.testing.assert_allclose(host["x"], x, atol=1e-7)
    np.testing.assert_allclose(host["redshift"], 1.5)
    np.testing.assert_allclose(lens["mass1_theta_E"], 1.0)
    np.testing.assert_allclose(
        lens["ra"], ra + np.asarray(lens["x"]) / 3600 / np.cos(np.radians(dec)), atol=1e-8
    )
    assert lens["magnitude_g"].tolist() == host["magnitude_g"].sub(1.5).tolist() == [20.0] * 3
    assert set(tables) == {"lens", "host", "images"}


@pytest.mark.slow
def test_every_column_is_documented(at_places):
    sim, params = at_places
    known = {
        "catalog_row": np.arange(3),
        "catalog_ID_2": np.zeros(3),
        "match1_id": np.array(["x"] * 3, object),
    }
    # three systems as above, for which there is a program already
    tables = truth_tables(sim, params(np.full(3, 0.1), np.zeros(3)), systems=known)
    assert list(tables["systems"]) == ["id", "configuration", "catalog_row", "match1_id", "catalog_ID_2"]
    for name, table in tables.items():
        for column in table:
            assert described(name, column, sim.bands).meaning


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ids": [1, 2]}, "ids has the shape"),
        ({"ids": [1.5, 2.0, 3.0]}, "whole numbers, or texts"),
        ({"ra": [1.0, 2.0, 3.0]}, "both ra and dec"),
        ({"ra": [1.0, 2.0], "dec": [1.0, 2.0, 3.0]}, "ra has the shape"),
        ({"ra": [1.0, 2.0, 3.0], "dec": [1.0, 2.0, -91.0]}, "dec has -91, which is no declination"),
        ({"epochs": True}, "has no TIMESERIES"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(at_places, arguments, message):
    sim, params = at_places
    with pytest.raises(ValueError, match=message):
        truth_tables(sim, params(np.full(3, 0.1), np.zeros(3)), **arguments)


def test_neighbours_stars_and_further_lenses_have_rows(crowded, key):
    sim = Simulator(crowded)
    params = {name: np.asarray(value) for name, value in sim.sample(key, 6).items()}
    tables = truth_tables(sim, params)
    assert tables["lens"]["object"].tolist() == ["PLANE_1-OBJECT_1"] * 6
    galaxies, stars = tables["galaxies"], tables["stars"]
    for i in range(6):
        number = int(params["PLANE_1-OBJECT_3-NUMBER"][i])
        own = galaxies[galaxies["id"] == i]["object"].tolist()
        assert own == ["PLANE_1-OBJECT_2", *(f"PLANE_1-OBJECT_3_{k + 1}" for k in range(number))]
        number = int(params["PLANE_1-OBJECT_4-NUMBER"][i])
        assert stars[stars["id"] == i]["object"].tolist() == [
            f"PLANE_1-OBJECT_4_{k + 1}" for k in range(number)
        ]
    assert 0 < len(stars) < 12
    first = galaxies[galaxies["object"] == "PLANE_1-OBJECT_3_1"]
    sep, angle = (params[f"PLANE_1-OBJECT_3_1-{name}"][first["id"]] for name in ("sep", "angle"))
    np.testing.assert_allclose(first["x"], sep * np.cos(angle), atol=1e-6)
    np.testing.assert_allclose(first["y"], sep * np.sin(angle), atol=1e-6)
    assert galaxies["mass1_theta_E"].count() == 6, "the second lens has mass, neighbours have not"
    assert tables["images"].empty
    # without systems there are the same columns
    for name, none in truth_tables(sim, {name: value[:0] for name, value in params.items()}).items():
        assert len(none) == 0
        assert list(none) == list(tables[name])
        assert [one.kind for one in none.dtypes] == [one.kind for one in tables[name].dtypes]


@pytest.mark.long
def test_lensed_hosts_have_the_light_of_their_images(at_places):
    """That of the image without quasar and lens, whose PSF moves little of it beyond the edge."""
    sim, params = at_places
    drawn = params(np.array([0.3, -0.2, 0.1]), np.array([0.1, 0.35, 0.0]))
    host = truth_tables(sim, drawn, lensed_hosts=True)["host"]
    others = [name for name in drawn if name.endswith("magnitude") and not name.startswith(SOURCE)]
    dark = {name: np.full(np.shape(drawn[name]), 60.0) for name in others}
    images = np.asarray(sim.render(drawn | dark), np.float64)
    for b, band in enumerate(sim.bands):
        found = 27.0 - 2.5 * np.log10(images[:, b].sum(axis=(1, 2)))
        np.testing.assert_allclose(host[f"lensed_magnitude_{band}"], found, atol=0.03)
    assert (host["lensed_magnitude_g"] < host["magnitude_g"] - 0.5).all()
    none = truth_tables(sim, {name: value[:0] for name, value in drawn.items()}, lensed_hosts=True)
    assert list(none["host"]) == list(host)
