"""GalSim's catalogue of COSMOS galaxies, as a small one of its columns: tables, stamps, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from jaxlens.config import Config, ConfigError
from jaxlens.config.model import Galaxy, Profile

LoadText = Callable[[str], Config]

COUNT = 8
MAGNITUDES = np.array([22.0, 23.0, 21.0, 23.4, 22.5, 20.5, 22.2, 22.8])
REDSHIFTS = np.array([0.5, 0.9, 0.3, 1.1, 0.7, 0.2, 0.6, 0.8])
RADII = np.array([0.3, 0.2, 0.8, 0.25, 0.4, 1.2, 0.35, 0.3])
SIDES = (12, 15, 9, 12, 20, 12, 12, 13)
NAME = "real_galaxy_catalog_23.5.fits"
# One galaxy of low signal, one beside a mask, one whose fits failed, and one whose sky is wrong.
FAINT, MASKED, FAILED, MARGINAL = 1, 2, 3, 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The catalogue, its two tables, and two files of stamps of different sizes."""
    for k in (1, 2):
        units = [fits.PrimaryHDU(stamp(i)) if i % 4 == 0 else fits.ImageHDU(stamp(i)) for i in members(k)]
        fits.HDUList(units).writeto(tmp_path / f"real_galaxy_images_23.5_n{k}.fits")
    Table(
        {
            "IDENT": np.arange(COUNT) + 1000,
            "MAG": MAGNITUDES,
            "BAND": ["F814W"] * COUNT,
            "WEIGHT": np.linspace(1.0, 2.0, COUNT),
            # names may be filled up with blanks
            "GAL_FILENAME": [f"real_galaxy_images_23.5_n{1 + i // 4}.fits " for i in range(COUNT)],
            "GAL_HDU": np.arange(COUNT) % 4,
            "PIXEL_SCALE": np.full(COUNT, 0.03),
            "NOISE_VARIANCE": np.full(COUNT, 1e-6),
            "stamp_flux": np.ones(COUNT),
        }
    ).write(tmp_path / NAME)
    status, hlr, sersic = np.ones((COUNT, 5), int), np.zeros((COUNT, 3)), np.ones((COUNT, 8))
    status[FAILED], hlr[:, 0] = 0, RADII
    sersic[MARGINAL, 2] = 6.0
    Table(
        {"IDENT": np.arange(COUNT), "zphot": REDSHIFTS, "hlr": hlr, "fit_status": status, "sersicfit": sersic}
    ).write(tmp_path / "real_galaxy_catalog_23.5_fits.fits")
    signal, distance = np.full(COUNT, 50.0), np.full(COUNT, 20.0)
    signal[FAINT], distance[MASKED] = 5.0, 3.0
    Table(
        {
            "dmag": np.zeros(COUNT),
            "sn_ellip_gauss": signal,
            "min_mask_dist_pixels": distance,
            "average_mask_adjacent_pixel_count": np.ones(COUNT),
            "peak_image_pixel_count": np.where(np.arange(COUNT) == MASKED, 0.0, 10.0),
        }
    ).write(tmp_path / "real_galaxy_catalog_23.5_selection.fits")
    return tmp_path


def members(k: int) -> range:
    return range(4 * (k - 1), 4 * k)


def stamp(i: int) -> np.ndarray:
    y, x = np.mgrid[: SIDES[i], : SIDES[i]] - 0.5 * (SIDES[i] - 1)
    return ((i + 1) * np.exp(-np.hypot(x, y) / 2.0)).astype(np.float32)


def load(load_text: LoadText, *entries: str, more: str = "") -> tuple[Config, Profile]:
    image = ", ".join((f"CATALOG: {NAME}", *entries))
    config = load_text(
        f"""
DATASET: {{NAME: cosmos, PARAMETERS: {{SIZE: 4, OUTDIR: out}}}}
COSMOLOGY: {{NAME: FlatLambdaCDM, PARAMETERS: {{H0: 70, Om0: 0.3}}}}
IMAGE: {{PARAMETERS: {{exposure_time: 90, numPix: 16, pixel_scale: 0.1, psf_type: NONE, read_noise: 7}}}}
SURVEY: {{PARAMETERS: {{BANDS: i, magnitude_zero_point: 30, sky_brightness: 23, num_exposures: 1}}}}
SPECIES:
    GALAXY_1:
        NAME: GALAXY
        LIGHT_PROFILE_1: {{NAME: INTERPOL, PARAMETERS: {{magnitude: 20, image: {{{image}}}{more}}}}}
GEOMETRY:
    CONFIGURATION_1: {{FRACTION: 1, PLANE_1: {{OBJECT_1: GALAXY, PARAMETERS: {{REDSHIFT: 0.5}}}}}}
"""
    )
    (galaxy,) = config.species
    assert isinstance(galaxy, Galaxy)
    return config, galaxy.light[0]


KEPT = {
    "EXCLUDE: none": [0, 1, 2, 3, 4, 5, 6, 7],
    "EXCLUDE: bad_stamp": [0, 3, 4, 5, 6, 7],
    "EXCLUDE: bad_fits": [0, 1, 2, 4, 5, 6, 7],
    "": [0, 4, 6, 7],
    "SELECT: {magnitude_max: 22.5, half_light_radius_min: 0.32, redshift_min: 0.55}": [4, 6],
    "EXCLUDE: none, SELECT: {MAG_min: 23}": [1, 3],
    "EXCLUDE: none, MAX: 4": [0, 2, 4, 6],
}


@pytest.mark.parametrize("entries", KEPT)
def test_galaxies_are_selected_and_their_stamps_have_one_size(
    entries: str, folder: Path, load_text: LoadText
) -> None:
    """Cut or padded about their middle; all have COSMOS's pixel scale, and files are inputs."""
    given = (entries,) if entries else ()
    config, profile = load(load_text, "PIXELS: 16", *given, more=", phi_G: random")
    images, rows = profile.tables[0][1], KEPT[entries]
    assert images.array.shape == (len(rows), 16, 16)
    for image, i in zip(images.array, rows, strict=True):
        cut = max(0, SIDES[i] - 16) // 2
        whole = stamp(i)[cut : SIDES[i] - cut, cut : SIDES[i] - cut]
        assert image.sum() == pytest.approx(whole.sum(), rel=1e-6)
        assert image.max() == whole.max()
    np.testing.assert_allclose(images.columns["magnitude"], MAGNITUDES[rows])
    np.testing.assert_allclose(images.columns["redshift"], REDSHIFTS[rows])
    np.testing.assert_allclose(images.columns["half_light_radius"], RADII[rows])
    np.testing.assert_allclose(images.columns["noise_rms"], 1e-3)
    assert dict(profile.parameters)["scale"].support() == (0.03, 0.03)
    assert str(folder / NAME) in config.input_files
    files = {f"real_galaxy_images_23.5_n{1 + i // 4}.fits" for i in rows}
    assert {str(folder / name) for name in files} < set(config.input_files)
    assert config.warnings == ()


def test_stamps_that_lose_flux_are_remarked(folder: Path, load_text: LoadText) -> None:
    config, _ = load(load_text, "PIXELS: 7", "EXCLUDE: none")
    (warning,) = [one for one in config.warnings if "PIXELS" in one]
    lost = 1.0 - max(stamp(4)[6:13, 6:13].sum(), stamp(4)[7:14, 7:14].sum()) / stamp(4).sum()
    assert f"PIXELS: cuts 8 of 8 images, which lose up to {100 * lost:.2g}% of their flux" in warning


def test_what_is_wrong_with_a_catalogue(folder: Path, load_text: LoadText) -> None:
    def problem(*entries: str, more: str = "") -> str:
        with pytest.raises(ConfigError) as found:
            load(load_text, *entries, more=more)
        (one,) = found.value.problems
        return one

    assert "PIXELS: is missing; give the pixels along a side" in problem()
    assert "SELECT: leaves none of the 8 images" in problem("PIXELS: 16", "SELECT: {redshift_min: 2}")
    assert "did you mean redshift_min" in problem("PIXELS: 16", "SELECT: {redshift_mn: 2}")
    assert "EXCLUDE: 'bad' is not known" in problem("PIXELS: 16", "EXCLUDE: bad")
    assert "needs 1192.1 GiB for 8 images" in problem("PIXELS: 200000", "EXCLUDE: none")
    assert "TABLE: has no meaning with CATALOG" in problem("PIXELS: 16", "TABLE: t.csv")
    (folder / "real_galaxy_images_23.5_n2.fits").unlink()
    found = problem("PIXELS: 16")
    assert "names the file 'real_galaxy_images_23.5_n2.fits', which is not beside it" in found
    (folder / "real_galaxy_catalog_23.5_selection.fits").unlink()
    assert "has no real_galaxy_catalog_23.5_selection.fits beside it" in problem("PIXELS: 16")
    (folder / NAME).write_bytes(b"no catalogue")
    assert f"{NAME}: cannot be read as FITS" in problem("PIXELS: 16")
