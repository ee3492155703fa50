"""The lenses of folders and tables: which files are whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from jaxlens.modelling.samples.lenses import ImageFiles, Lens, find_lenses


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_each_sub_folder_with_an_image_is_a_lens(tmp_path: Path) -> None:
    touch(tmp_path, "B/image.fits", "B/noise.fits", "B/psf.fits", "A/sci.fits.gz", "A/ivar.fits", "A/dq.fits")
    touch(tmp_path, "notes/readme.txt", ".hidden/image.fits", "published.csv", "B/mask.fits", "B/other.fits")
    a, b = find_lenses(tmp_path)
    at = str(tmp_path)
    assert a == Lens(
        "A",
        (ImageFiles(f"{at}/A/sci.fits.gz", inverse_variance=f"{at}/A/ivar.fits", bad=f"{at}/A/dq.fits"),),
    )
    assert b.images == (
        ImageFiles(
            f"{at}/B/image.fits", f"{at}/B/noise.fits", psf=f"{at}/B/psf.fits", mask=f"{at}/B/mask.fits"
        ),
    )


def test_bands_have_files_of_their_own_and_share_others(tmp_path: Path) -> None:
    touch(
        tmp_path, *(f"A/image_{band}.fits" for band in "gr"), "A/noise.fits", "A/var_r.fits", "A/psf_g.fits"
    )
    g, r = find_lenses(tmp_path)[0].images
    assert (g.band, r.band) == ("g", "r")
    assert Path(g.sigma or "").name == "noise.fits"
    assert g.variance is None
    # of two kinds of noise the band's own counts
    assert r.sigma is None
    assert Path(r.variance or "").name == "var_r.fits"
    assert (Path(g.psf or "").name, r.psf) == ("psf_g.fits", None)


def test_two_files_for_one_thing_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "A/image.fits", "A/noise.fits", "A/sigma.fits")
    with pytest.raises(ValueError, match=r"has both noise.fits and sigma.fits for the sigma; remove one"):
        find_lenses(tmp_path)


def test_rows_of_one_name_are_its_images(tmp_path: Path) -> None:
    rows = [
        "Name,Image,Noise,psf,band,pixel_scale,zl,zs,ra",
        "SDSS J1,a/g.fits[SCI],a/g.fits[ERR],,g,0.05,0.2,,150.1",
        "J2,b.fits,,p.fits,,,,,",
        "SDSS J1,a/r.fits,s.fits,p.fits,r,0.05,0.2,,150.1",
    ]
    (tmp_path / "lenses.csv").write_text("\n".join(rows) + "\n")
    first, second = find_lenses(tmp_path / "lenses.csv")
    assert (first.name, first.folder_name, first.z_lens, first.z_source) == ("SDSS J1", "SDSS_J1", 0.2, None)
    assert first.ra == 150.1
    assert [one.band for one in first.images] == ["g", "r"]
    assert first.images[0].sigma == str(tmp_path / "a/g.fits[ERR]")
    assert first.images[0].paths() == [tmp_path / "a/g.fits"] * 2
    assert first.images[0].pixel_scale == 0.05
    assert second.images == (ImageFiles(str(tmp_path / "b.fits"), psf=str(tmp_path / "p.fits")),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,sigma\nA,a.fits\n", "has no column 'image'; its columns are name, sigma"),
        ("name,image\nA,a.fits\nB,\n", "has no image in row 1; give the name of a file"),
        ("name,image\nA B,a.fits\nA_B,b.fits\n", "the lenses A B and A_B have names too much alike"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "lenses.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        find_lenses(tmp_path / "lenses.csv")


def test_a_folder_without_lenses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has no sub-folder with an image.fits"):
        find_lenses(tmp_path)
    with pytest.raises(ValueError, match="there is no such folder or table"):
        find_lenses(tmp_path / "nowhere")
