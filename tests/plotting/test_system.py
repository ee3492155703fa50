"""The figure of a system: what is drawn on which panel."""

from dataclasses import replace

import numpy as np
import pytest

from jaxlens.plotting.lensing import LensCurves, PointImages
from jaxlens.plotting.system import SystemPicture, view_system

ANGLES = np.linspace(0.0, 2.0 * np.pi, 31)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)
AXIS = np.linspace(-1.9, 1.9, 20)
RADIUS = np.hypot(*np.meshgrid(AXIS, AXIS)) + 0.05


@pytest.fixture
def picture() -> SystemPicture:
    """An isothermal lens of radius 1 with two images of a quasar."""
    light = np.exp(-((RADIUS - 1.0) ** 2) / 0.02) * np.array([1.0, 2.0, 3.0])[:, None, None]
    return SystemPicture(
        light,
        ("g", "r", "i"),
        2.0,
        zero_points=np.array([28.0, 28.0, 27.0]),
        convergence=0.5 / RADIUS,
        curves=LensCurves([CIRCLE], [0.1 * CIRCLE], [0.2 * CIRCLE], (), [0.9 * CIRCLE]),
        source=light,
        source_half_width=0.5,
        source_center=(0.1, 0.0),
        points={"QUASAR": PointImages(0.1, 0.05, np.array([[1.1, 0.0, 5.5], [-0.9, 0.1, -4.25]]))},
        title="system 3",
    )


def lines(axes):
    """The lines of a panel by their label in the legend."""
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def test_each_panel_has_its_curves_labels_and_points(picture):
    figure = view_system(picture)
    image, lens, source, bar = figure.axes
    assert [axes.get_xlabel() for axes in (image, lens, source)] == ["x (arcsec)"] * 3
    assert bar.get_ylabel() == r"convergence $\kappa$"
    assert image.images[0].get_array().shape == (20, 20, 3)
    assert image.images[0].get_extent() == [-2.0, 2.0, -2.0, 2.0]
    assert set(lines(lens)) == {"tangential", "radial"}
    np.testing.assert_allclose(lines(lens)["tangential"].get_xydata(), CIRCLE)
    assert set(lines(source)) == {"tangential", "cut", "point source"}
    np.testing.assert_allclose(lines(source)["cut"].get_xydata(), 0.9 * CIRCLE)
    assert lines(source)["point source"].get_xydata().tolist() == [[0.1, 0.05]]
    assert source.get_xlim() == (-0.4, 0.6)
    texts = [text.get_text() for text in lens.texts]
    assert texts[:2] == ["A", "B"]
    assert texts[2].split("\n") == ["magnification", "A  +5.5", "B  \N{MINUS SIGN}4.2"]
    figure.canvas.draw()


def test_the_convergence_is_drawn_as_it_is(picture):
    lens = view_system(picture).axes[1]
    shown = lens.images[0].get_array()
    inside = shown > shown.min()
    np.testing.assert_allclose(shown[inside], picture.convergence[inside])
    assert inside.mean() > 0.95


def test_one_band_is_drawn_in_grey_levels_and_without_a_lens_there_is_one_panel(picture):
    alone = replace(picture, convergence=None, source=None, rgb_bands=["r"])
    (axes,) = view_system(alone).axes
    assert axes.get_title() == "image (r)"
    np.testing.assert_array_equal(axes.images[0].get_array(), picture.image[1])


def test_text_is_read_at_half_of_its_size(picture):
    image, *_ = view_system(picture).axes
    assert image.xaxis.label.get_fontsize() >= 14.0
    assert image.get_xticklabels()[0].get_fontsize() >= 11.5
