"""Systems in images: light, noise, variance, masks, places on the sky, tables, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import skycoord_to_pixel
from scipy import stats

import jaxlens
from jaxlens.files.errors import StorageError
from jaxlens.injection.inject import Injection, InjectionWarning
from tests.injection.conftest import Maker
from tests.sky_headers import DEC, RA, SIDE, sip_header, tan_header

# Degrees: places about the middle of the images, some arcsec apart.
PLACES = {"ra": [RA, RA + 0.0012, RA - 0.0013], "dec": [DEC, DEC + 0.0011, DEC - 0.0012]}
# Units of the image: the flux of magnitude 19 with the zero point 25.
FLUX_R = 10.0**2.4

# Batches of one size have one program.
put = partial(jaxlens.inject, batch_size=2)


def difference(made: Injection, band: str, image: Path, name: str = "IMAGE") -> np.ndarray:
    """What was added to a plane of an image."""
    with fits.open(made.images[band]) as after, fits.open(image) as before:
        return np.asarray(after[name].data, float) - np.asarray(before[name].data, float)


def stamps(made: Injection, band: str) -> dict[tuple[str, int], np.ndarray]:
    """The cutouts of a band by name and number."""
    with fits.open(made.folder / f"cutouts_{band}.fits") as units:
        return {(unit.name, unit.ver): np.asarray(unit.data, float) for unit in units[1:]}


@pytest.mark.long
def test_light_is_the_flux_that_was_asked_for(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    images = {"g": make_image("g.fits"), "r": make_image("r.fits")}
    made = put(blobs, images, PLACES, out=tmp_path / "out", noise=False, cutouts=True)
    assert made.table["status"].tolist() == ["injected"] * 3
    assert made.table["flux-r"].to_numpy() == pytest.approx(FLUX_R, rel=1e-4)
    sim = jaxlens.Simulator(blobs)
    magnitudes = np.asarray(sim.sample(jaxlens_key(1), 3)["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"])
    assert made.table["magnitude-g"].to_numpy() == pytest.approx(magnitudes[:, 0], abs=1e-4)
    for band in ("g", "r"):
        added = difference(made, band, images[band])
        # pixels of order 10 are rounded to float32
        assert added.sum() == pytest.approx(made.table[f"flux_added-{band}"].sum(), rel=1e-6)
        assert (made.table[f"flux_added-{band}"] == made.table[f"flux-{band}"]).all()
        assert made.table[f"border-{band}"].max() < 1e-2
        cut = stamps(made, band)
        for k in (1, 2, 3):
            rounding = np.abs(cut["AFTER", k]).max() * 2.0**-23
            assert np.abs(cut["AFTER", k] - cut["BEFORE", k] - cut["LIGHT", k]).max() <= rounding
        assert not difference(made, band, images[band], "VARIANCE").any(), "without noise"


def jaxlens_key(seed: int) -> Any:
    import jax

    return jax.random.key(seed, impl="threefry2x32")


@pytest.mark.long
def test_noise_is_that_of_the_added_light_and_so_is_the_variance(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    images = {"g": make_image("g.fits", pixels=np.zeros((SIDE, SIDE))), "r": make_image("r.fits")}
    grid: dict[str, Any] = {"grid": True, "spacing": 3.0, "cutouts": True}
    made = put(blobs, images, out=tmp_path / "out", gain={"g": 0.5, "r": 20.0}, **grid)
    assert len(made.table) == 25
    cut = stamps(made, "g")
    light = np.concatenate([cut["LIGHT", k].ravel() for k in range(1, 26)])
    noise = np.concatenate([(cut["AFTER", k] - cut["BEFORE", k]).ravel() for k in range(1, 26)]) - light
    bright = light > 2.0
    assert bright.sum() > 100
    pulls = noise[bright] / np.sqrt(light[bright] / 0.5)
    assert stats.chi2(bright.sum()).sf(np.sum(pulls**2)) > 0.005
    assert stats.chi2(bright.sum()).cdf(np.sum(pulls**2)) > 0.005
    # electrons are whole numbers
    electrons = 0.5 * (light + noise)
    assert np.abs(electrons - np.rint(electrons)).max() < 1e-4
    for band, gain in (("g", 0.5), ("r", 20.0)):
        grown = difference(made, band, images[band], "VARIANCE")
        assert grown.sum() == pytest.approx(made.table[f"flux_added-{band}"].sum() / gain, rel=1e-5)


def centroid(light: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(light.shape)
    return np.array([np.sum(columns * light), np.sum(rows * light)]) / np.sum(light)


@pytest.mark.long
def test_places_on_the_sky_come_back_as_centroids_in_images_of_different_wcs(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    headers = {"g": sip_header(angle=30.0), "r": tan_header(scale=0.2, angle=-110.0, ra=RA + 0.0003)}
    images = {band: make_image(f"{band}.fits", header) for band, header in headers.items()}
    made = put(blobs, images, PLACES, out=tmp_path / "out", noise=False, cutouts=True)
    sky = SkyCoord(PLACES["ra"], PLACES["dec"], unit="deg")
    light = sky.spherical_offsets_by(0.4 * u.arcsec, -0.2 * u.arcsec)
    for band, header in headers.items():
        x, y = skycoord_to_pixel(light, WCS(header), mode="all")
        for k in range(3):
            with fits.open(made.folder / f"cutouts_{band}.fits") as units:
                cutout = units["LIGHT", k + 1]
                found = centroid(np.asarray(cutout.data, float))
                # the cutout's own WCS puts the light there too
                own = skycoord_to_pixel(light[k], WCS(cutout.header), mode="all")
                assert np.abs(found - own).max() < 0.05
                whole = found - [cutout.header["LTV1"], cutout.header["LTV2"]]
            assert np.abs(whole - [x[k], y[k]]).max() < 0.05
    assert made.table["flux-r"].to_numpy() == pytest.approx(FLUX_R, rel=1e-3)
    assert made.table["magnitude-g"].between(20.0, 20.5).all()


def test_a_system_is_the_same_wherever_it_stands(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    image = make_image()
    table = pd.DataFrame(PLACES).assign(index=[4, 0, 2], id=["a", "b", "c"])
    one = put(blobs, {"g": image}, table, out=tmp_path / "one")
    other = put(blobs, {"g": image}, table[::-1], out=tmp_path / "other")
    assert (tmp_path / "one" / "g.fits").read_bytes() == (tmp_path / "other" / "g.fits").read_bytes()
    assert other.table["id"].tolist() == ["c", "b", "a"]
    assert other.table["flux-g"].tolist() == one.table["flux-g"].tolist()[::-1]
    seeded = put(blobs, {"g": image}, table, out=tmp_path / "seeded", seed=5)
    assert seeded.table["flux-g"].tolist() != one.table["flux-g"].tolist()


def test_masked_pixels_stay_and_the_others_are_flagged(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    mask, pixels = np.zeros((SIDE, SIDE), np.int32), np.zeros((SIDE, SIDE))
    mask[:, :38], mask[0, 0] = 1, 32
    pixels[40, 40] = np.nan
    image = make_image("g.fits", pixels=pixels, mask=mask)
    # the stamp of the second one is in the masked part
    table = {"ra": [RA, RA + 0.0018], "dec": [DEC, DEC]}
    made = put(blobs, {"g": image}, table, out=tmp_path / "out", noise=False)
    added = np.nan_to_num(difference(made, "g", image))
    assert not added[:, :38].any()
    row, lost = made.table.to_dict("records")
    assert (lost["masked-g"], lost["flux_added-g"], lost["status"]) == (1.0, 0.0, "injected")
    assert row["masked-g"] == pytest.approx(1.0 - added.sum() / row["flux-g"], rel=1e-5)
    assert 0.3 < row["masked-g"] < 0.9
    flags = fits.getdata(made.images["g"], "MASK")
    assert np.isnan(fits.getdata(made.images["g"], "IMAGE")[40, 40])
    # MP_BAD is bit 0, and MP_INJECTED the first that is free
    assert ((flags & 2 != 0) == (added != 0.0)).all()
    assert (flags & ~2 == mask).all()
    assert fits.getheader(made.images["g"], "MASK")["MP_INJECTED"] == 1


def test_positions_off_the_image_are_listed_or_with_strict_an_error(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    images = {"g": make_image("g.fits"), "r": make_image("r.fits", tan_header(ra=RA + 0.005))}
    table = {"ra": [RA, 10.0, np.nan, RA + 0.0026], "dec": [DEC, -60.0, DEC, DEC]}
    made = put(blobs, images, table, out=tmp_path / "out", noise=False)
    assert made.table["status"].tolist() == ["clipped", "outside", "not_finite", "clipped"]
    assert made.counts == {"clipped": 2, "outside": 1, "not_finite": 1}
    assert made.table["reason"][1] == "no pixel of its stamp is on an image"
    first, _, _, last = made.table.to_dict("records")
    assert (first["outside-g"], first["outside-r"], first["flux_added-r"]) == (0.0, 1.0, 0.0)
    assert 0.0 < last["outside-g"] < 1.0
    assert last["flux_added-g"] == pytest.approx(last["flux-g"] * (1.0 - last["outside-g"]), rel=1e-5)
    with pytest.raises(ValueError, match=r"2 of 4 positions cannot be used: 1 \(outside\), 2 \(not_finite\)"):
        put(blobs, images, table, out=tmp_path / "strict", strict=True)
    assert not (tmp_path / "strict").exists()


def test_crowded_places_are_avoided_and_listed(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(1).normal(3.0, 0.1, (SIDE, SIDE))
    pixels[52:57, 18:23] += 5.0
    mask = np.zeros((SIDE, SIDE), np.int32)
    mask[10:20, 50:60] = 1
    image = make_image("g.fits", pixels=pixels, mask=mask)
    x, y = np.array([20.0, 60.0, 55.0, 40.0, 42.0]), np.array([54.0, 60.0, 15.0, 30.0, 30.0])
    ra, dec = WCS(tan_header()).all_pix2world(x, y, 0)
    table = {"ra": ra, "dec": dec, "index": [0, 1, 2, 8, 3]}
    made = put(blobs, {"g": image}, table, out=tmp_path / "out", keep_clear=1.5)
    assert made.table["status"].tolist() == ["crowded", "injected", "masked", "near", "injected"]
    assert "of the pixels within 1.5 arcsec are brighter than 5 sigma in g" in made.table["reason"][0]
    assert made.table["flux-g"].isna().tolist() == [True, False, True, True, False]
    plain = make_image("plain.fits", pixels=pixels, planes=False)
    placed = put(blobs, {"g": plain}, out=tmp_path / "placed", number=12, keep_clear=1.5)
    assert (placed.table["status"] == "injected").all()
    apart = np.hypot(placed.table["x-g"] - 20.0, placed.table["y-g"] - 54.0)
    assert apart.min() > 5.0


def test_the_folder_has_all_files_or_none(blobs: dict[str, Any], make_image: Maker, tmp_path: Path) -> None:
    image, out = make_image(), tmp_path / "out"
    made = put(blobs, {"g": image}, PLACES, out=out, truth_format="sqlite")
    assert sorted(path.name for path in out.iterdir()) == ["g.fits", "injected.csv", "truth.sqlite"]
    assert sorted(path.name for path in made.files) == ["g.fits", "injected.csv", "truth.sqlite"]
    assert repr(made) == f"Injection('{out}': 3 injected)"
    history = "".join(fits.getheader(made.images["g"], "IMAGE")["HISTORY"])
    assert "injected systems of Blobs (CONFIGURATION_1, seed 1)" in history
    with pytest.raises(StorageError, match="has files in it; choose another folder, or overwrite them"):
        put(blobs, {"g": image}, PLACES, out=out)
    again = put(blobs, {"g": image}, PLACES, out=out, overwrite=True, truth_format="sqlite")
    assert (again.table == made.table).all(axis=None)
    with pytest.raises(StorageError, match="is an image that is read; choose another folder"):
        put(blobs, {"g": image}, PLACES, out=image.parent, overwrite=True)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put(blobs, {"g": image}, PLACES, out=tmp_path / "stopped", check=stop, cutouts=True)
    assert list((tmp_path / "stopped").iterdir()) == []


@pytest.mark.long
def test_systems_of_a_catalogue_go_where_it_has_them(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    rows = zip(PLACES["ra"], PLACES["dec"], (20.0, 21.0, 22.0), "abc", strict=True)
    lines = [f"{ra},{dec},{mag},{name}" for ra, dec, mag, name in rows]
    (tmp_path / "rows.csv").write_text("\n".join(["alpha,delta,mag,name", *lines]))
    blobs["CATALOG"] = {
        "FILENAME": str(tmp_path / "rows.csv"),
        "COLUMNS": {"PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude-r": "mag"},
        "SKY": {"ra": "alpha", "dec": "delta"},
        "ID": "name",
    }
    blobs["DATASET"]["PARAMETERS"]["SIZE"] = 3
    made = put(blobs, {"r": make_image()}, out=tmp_path / "out", noise=False)
    assert made.table["id"].tolist() == ["a", "b", "c"]
    assert made.table["ra"].tolist() == PLACES["ra"]
    assert made.table["magnitude-r"].to_numpy() == pytest.approx([20.0, 21.0, 22.0], abs=1e-3)
    systems = pd.read_csv(tmp_path / "out" / "truth" / "systems.csv")
    assert systems["id"].tolist() == ["a", "b", "c"]
    assert systems["catalog_row"].tolist() == [0, 1, 2]


def test_configurations_that_do_not_fit_images_are_errors(
    unlensed_series: dict[str, Any], blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    image, out = {"g": make_image()}, tmp_path / "out"
    with pytest.raises(ValueError, match="has a TIMESERIES, but an image is one epoch"):
        put(unlensed_series, image, PLACES, out=out)
    fits.PrimaryHDU(np.ones((3, 3))).writeto(tmp_path / "psf.fits")
    kernel = {"psf_type": "PIXEL", "kernel_point_source": str(tmp_path / "psf.fits"), "pixel_scale": 0.2}
    blobs["IMAGE"]["PARAMETERS"] |= kernel
    with pytest.raises(ValueError, match=r"psf_type PIXEL has pixels of 0.2 arcsec, but .* has 0.25"):
        put(blobs, image, PLACES, out=out)
    assert not out.exists()


def test_stamps_that_are_too_small_are_a_warning(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    with pytest.warns(InjectionWarning, match="the stamps of 3 systems end in g where .* more than 9 pixels"):
        made = put(blobs, {"g": make_image()}, PLACES, out=tmp_path / "out", stamp=9, noise=False)
    assert len(made.warnings) == 1
    assert (made.table["border-g"] > 0.05).all()


def test_wrong_arguments_are_errors(blobs: dict[str, Any], make_image: Maker, tmp_path: Path) -> None:
    image, out = {"g": make_image()}, tmp_path / "out"
    with pytest.raises(ValueError, match="CONFIGURATION_1 has no CATALOG with SKY; give a table"):
        put(blobs, image, out=out)
    with pytest.raises(ValueError, match="there are positions, and a number or a grid of places"):
        put(blobs, image, PLACES, out=out, number=3)
    with pytest.raises(ValueError, match="stamp is 0; give the number of pixels"):
        put(blobs, image, PLACES, out=out, stamp=0)
    with pytest.raises(ValueError, match="keep_clear is -1; give a number of 0 or more"):
        put(blobs, image, PLACES, out=out, keep_clear=-1)
    assert not out.exists()


@pytest.mark.long
def test_a_system_is_the_same_in_every_batch(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    images = {"g": make_image("g.fits"), "r": make_image("r.fits")}
    one, alone = (put(blobs, images, PLACES, out=tmp_path / str(size), batch_size=size) for size in (32, 1))
    for band in images:
        assert np.abs(difference(alone, band, one.images[band])).max() < 1e-4


@pytest.mark.long
def test_truth_has_the_images_of_point_sources_where_they_are_seen(
    small_quasar: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    for galaxy in ("GALAXY_1", "GALAXY_2"):
        small_quasar["SPECIES"][galaxy]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 90.0
    small_quasar["IMAGE"]["PARAMETERS"] |= {"numPix": 48, "pixel_scale": 0.1}
    small_quasar["SURVEY"]["PARAMETERS"]["seeing"] = 0.1
    header = tan_header(scale=0.1, angle=40.0)
    image = make_image("r.fits", header, pixels=np.zeros((SIDE, SIDE)))
    made = put(small_quasar, {"r": image}, {"ra": [RA], "dec": [DEC]}, out=tmp_path / "out", noise=False)
    truth = pd.read_csv(tmp_path / "out" / "truth" / "images.csv")
    assert len(truth) >= 2
    added = difference(made, "r", image)
    x, y = WCS(header).all_world2pix(truth["ra"], truth["dec"], 0)
    for k, magnitude in enumerate(truth["magnitude_r"]):
        column, row = int(np.rint(x[k])), int(np.rint(y[k]))
        box = added[row - 4 : row + 5, column - 4 : column + 5]
        others = np.hypot(np.delete(x, k) - x[k], np.delete(y, k) - y[k])
        if others.min() < 10.0:
            continue
        assert np.abs(centroid(box) - 4.0 - [x[k] - column, y[k] - row]).max() < 0.05
        assert 25.0 - 2.5 * np.log10(box.sum()) == pytest.approx(magnitude, abs=0.01)
        break
    else:
        pytest.fail("no image stands alone")


@pytest.mark.long
def test_a_large_image_takes_no_more_memory_than_a_small_one(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    small = make_image("small.fits", planes=False)
    side, header = 10_000, fits.getheader(small, "IMAGE")
    header["NAXIS1"] = header["NAXIS2"] = side
    header["CRPIX1"] = header["CRPIX2"] = 0.5 * (side + 1)
    with (tmp_path / "large.fits").open("wb") as file:
        file.write(fits.PrimaryHDU().header.tostring().encode() + header.tostring().encode())
        # pixels of 0, which take no space
        file.truncate(file.tell() + 4 * side * side + -4 * side * side % 2880)
    (tmp_path / "blobs.yaml").write_text(jaxlens.load_config(blobs).text)
    code = """if True:
        import pathlib, jaxlens
        # not getrusage, whose ru_maxrss begins with that of the process that started this one
        status = pathlib.Path("/proc/self/status")
        peak = lambda: int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
        put = lambda name, **more: jaxlens.inject(
            "blobs.yaml", {"g": f"{name}.fits"}, out=f"out_{name}", number=200, **more
        )
        put("small", spacing=0.0)
        before = peak()
        made = put("large", spacing=20.0, keep_clear=3.0)
        assert (made.table["status"] == "injected").all()
        print(peak() - before)
    """
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    # MB; the pixels are 400
    assert float(run.stdout) < 100.0
