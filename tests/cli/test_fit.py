"""The command `fit`: what it reads and writes, what it prints, and its exit codes."""

import re

import jax
import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from matplotlib.image import imread

from jaxlens import Simulator, cli
from jaxlens.files.fits import write_fits
from jaxlens.fitting.result import FitResult
from tests.sky_headers import tan_header


@pytest.fixture(scope="module")
def lens(tiny, tmp_path_factory):
    """A configuration file, and an image of noise with a dead pixel."""
    folder = tmp_path_factory.mktemp("lens")
    (folder / "tiny.yaml").write_text(tiny)
    write_image(folder / "lens.fits", np.random.default_rng(3).normal(size=(3, 16, 16)))
    return folder / "tiny.yaml", folder / "lens.fits"


def write_image(path, image):
    """A FITS file of an image whose pixel 2, 2 of the first band is dead."""
    data = np.array(image, np.float32)
    data[0, 2, 2] = np.nan
    write_fits(path, {"SCI": data, "DQ": np.isnan(data).astype(np.int16)})


def test_every_option_reaches_the_fit(lens, tmp_path, monkeypatch):
    config, image = lens
    given = {}

    def keep(sim, images, free, fixed, **more):
        given.update(more, sim=sim, images=images, free=free, fixed=fixed)
        raise KeyboardInterrupt

    monkeypatch.setattr("jaxlens.cli.fit.fit", keep)
    kernel, bad = np.ones((3, 3, 3)) / 9, np.zeros((3, 16, 16))
    bad[1, 5, 5] = 4
    write_fits(tmp_path / "more.fits", {"PSF": kernel, "BAD": bad, "ERR": np.full((3, 16, 16), 2.0)})
    files = [f"--{name}={tmp_path}/more.fits[{part}]" for name, part in (("psf", "PSF"), ("bad", "BAD"))]
    files += [f"--sigma={tmp_path}/more.fits[ERR]", "--mask=nonfinite", f"--out={tmp_path}/out"]
    files += ["--psf-factor", "2"]
    options = ["--free", "theta_E", "--fixed", "seeing=0.6", "H0=70,71,72", "--starts", "5", "--seed", "6"]
    options += ["--steps", "7", "--supersampling", "3", "--sky", "--linear-amplitudes", "--tie", "a=b", "c=b"]
    assert cli.main(["fit", str(config), str(image), *files, *options]) == 130
    assert given["free"] == ["theta_E"]
    assert given["fixed"] == {"seeing": 0.6, "H0": [70.0, 71.0, 72.0]}
    assert (given["starts"], given["steps"], given["supersampling"]) == (5, 7, 3)
    assert given["sky"]
    assert given["linear_amplitudes"]
    assert given["tie"] == {"a": "b", "c": "b"}
    assert given["start_from"] is None
    assert given["key"] == 6
    seen = given["images"]
    assert seen.images.shape == (1, 3, 16, 16)
    assert np.argwhere(~seen.mask).tolist() == [[0, 0, 2, 2], [0, 1, 5, 5]]
    np.testing.assert_array_equal(seen.noise_sigma[seen.mask], 2.0)
    assert (seen.psf.shape, seen.psf_factor) == ((3, 3, 3), 2)


@pytest.mark.long
def test_fit_finds_the_lens_that_made_the_image(lens, tmp_path, capsys):
    config, image, out = lens[0], tmp_path / "lens.fits", tmp_path / "out"
    images, truth = Simulator(config)(jax.random.key(3, impl="threefry2x32"), 1)
    write_image(image, images[0])
    theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
    argv = ["fit", str(config), str(image), "--bad", f"{image}[DQ]", "--starts", "4", "--out", str(out)]
    assert cli.main([*argv, "--mask", "nonfinite", "--seed", "1"]) == 0
    text = capsys.readouterr().out
    assert "1 of 1 converged" in text
    files = ["fit.h5", "fit.csv", "model.fits", "fit.png"]
    assert text.splitlines()[-4:] == [str(out / name) for name in files]
    table = pd.read_csv(out / "fit.csv", index_col="parameter")
    assert theta_E in table.index
    for name, row in table.iterrows():
        assert abs(row["value"] - float(truth[name][0])) < 5 * row["sigma"], name
    result = FitResult.load(out / "fit.h5")
    assert result.names == tuple(table.index)
    assert result.degrees_of_freedom == 3 * 256 - 1 - len(table)
    with fits.open(out / "model.fits") as parts:
        assert [part.name for part in parts[1:]] == ["MODEL", "SIGMA", "RESIDUAL", "MASK"]
        np.testing.assert_array_equal(parts["MODEL"].data, result.model[0])
    assert np.ptp(imread(out / "fit.png")) > 0
    again = ["--starts", "4", "--start-from", str(out / "fit.h5"), "--mask", "nonfinite"]
    assert cli.main(["fit", str(config), str(image), "--bad", f"{image}[DQ]", "--out", str(out), *again]) == 0
    second = FitResult.load(out / "fit.h5")
    assert (np.abs(second.values - result.values) < 0.1 * result.sigma).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "image: 1 pixel used but not finite, the first (nan) in image 0, band 0, row 2, column 2; give"),
        (["--mask", "nonfinite", "--free", "theta_F"], "theta_F"),
        (["--mask", "nonfinite", "--fixed", "theta_F=1"], "theta_F"),
        (["--mask", "nonfinite", "--tie", "theta_F=theta_G"], "theta_F in tie is no parameter"),
        (["--mask", "nonfinite", "--start-from", "{image}"], "lens.fits: "),
        (["--mask", "nowhere.fits"], "nowhere.fits: No such file or directory; give a FITS image"),
        (["--sigma", "{image}[ERR]"], "has no image ERR; it must be one of SCI, DQ"),
        (["--psf", "{image}[SCI]", "--mask", "nonfinite"], "psf has 16 x 16 pixels; give an odd number"),
        (["--configuration", "QUADS"], "'QUADS' is not in the file"),
        (["--mask", "nonfinite", "--out", "{image}/out"], "Not a directory; choose an OUTDIR"),
    ],
)
def test_what_is_wrong_is_explained(lens, tmp_path, fails, options, message):
    config, image = lens
    words = [word.format(image=image) for word in options]
    assert message in fails("fit", config, image, "--out", tmp_path / "out", *words)
    assert not (tmp_path / "out" / "fit.h5").exists()


def test_an_image_of_another_scale_or_other_bands_is_refused(lens, tmp_path, fails):
    write_fits(tmp_path / "fine.fits", {"SCI": np.ones((3, 16, 16))}, tan_header(16, scale=0.2))
    text = fails("fit", lens[0], tmp_path / "fine.fits", "--out", tmp_path / "out")
    assert "the image has pixels of 0.2 arcsec, and pixel_scale of the configuration is 0.25" in text
    write_fits(tmp_path / "two.fits", {"SCI": np.ones((2, 16, 16))})
    text = fails("fit", lens[0], tmp_path / "two.fits", "--out", tmp_path / "out")
    assert "image has 2 bands, but 3 are named: g, r, i" in text


def test_a_wrong_option_is_explained(capsys):
    for options, message in [
        (["--out", "x", "--fixed", "seeing"], "argument --fixed: 'seeing' is no NAME=VALUE, as seeing=0.7"),
        (["--out", "x", "--tie", "seeing"], "argument --tie: 'seeing' is no NAME=OTHER"),
        (["--out", "x", "--starts", "0"], "0 is too small"),
        ([], "the following arguments are required: --out"),
    ]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["fit", "galaxy_galaxy", "lens.fits", *options])
        assert ended.value.code == 2
        assert re.search(re.escape(message), capsys.readouterr().err)
