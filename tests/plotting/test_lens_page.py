"""The page of a lens: what is drawn where, and that its numbers are those that were given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jaxlens.plotting.lens_page import LensPage, view_lens

SIDE = 20
Y, X = np.mgrid[:SIDE, :SIDE] * 0.1 - 0.95
LIGHT = np.exp(-np.hypot(X, Y) / 0.2)
ARC = 0.5 * np.exp(-((np.hypot(X, Y) - 0.6) ** 2) / 0.01)
ANGLES = np.linspace(0.0, 2.0 * np.pi, 31)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)


@pytest.fixture
def page() -> LensPage:
    """One band, in which the residual of one pixel is 3 sigma and another one is not used."""
    image, mask = (LIGHT + ARC)[None].copy(), np.ones((1, SIDE, SIDE))
    image[0, 3, 4] += 0.3
    mask[0, 0, 0] = 0
    image[0, 0, 0] = np.nan
    return LensPage(
        title="J0000+0000",
        image=image,
        model=(LIGHT + ARC)[None],
        noise_sigma=np.full(image.shape, 0.1),
        mask=mask,
        lens_light=LIGHT[None],
        bands=("F814W",),
        half_width=1.0,
        center=(0.1, 0.0),
        source=LIGHT,
        source_half_width=0.4,
        tangential=[0.6 * CIRCLE],
        tangential_caustic=[0.1 * CIRCLE],
        radial=[0.2 * CIRCLE],
        text=("theta_E 0.6000 +- 0.0010 arcsec", "", "a long line " * 12),
    )


def test_each_panel_shows_its_own(page: LensPage) -> None:
    figure = view_lens(page)
    panels = {axes.get_title(): axes for axes in figure.axes if axes.get_title()}
    assert list(panels) == [
        "data",
        "model",
        r"(data $-$ model) / $\sigma$",
        r"data $-$ lens light, critical curves",
        "source and caustics",
    ]
    residual = panels[r"(data $-$ model) / $\sigma$"].images[0]
    shown = residual.get_array()
    assert shown[3, 4] == pytest.approx(3.0)
    assert shown.mask.sum() == 1
    assert residual.get_extent() == pytest.approx([-0.9, 1.1, -1.0, 1.0])
    arcs = panels[r"data $-$ lens light, critical curves"]
    np.testing.assert_allclose(arcs.images[0].get_array()[10], ARC[10] / 0.1, atol=1e-9)
    lines = {line.get_label(): line for line in arcs.lines}
    np.testing.assert_allclose(lines["tangential"].get_xydata(), 0.6 * CIRCLE)
    np.testing.assert_allclose(lines["radial"].get_xydata(), 0.2 * CIRCLE)
    caustic = panels["source and caustics"].lines[0]
    np.testing.assert_allclose(caustic.get_xydata(), 0.1 * CIRCLE)
    assert caustic.get_linestyle() != lines["radial"].get_linestyle()
    text = figure.axes[5].texts[0].get_text().split("\n")
    assert text[:2] == ["theta_E 0.6000 +- 0.0010 arcsec", ""]
    assert max(map(len, text)) <= 48


def test_what_is_far_from_used_pixels_is_not_shown(page: LensPage) -> None:
    """The used square has its middle at x = 0.1 + 0.3, y = -0.2 and sides of 0.8."""
    mask = np.zeros((1, SIDE, SIDE))
    mask[0, 4:12, 9:17] = 1
    axes = view_lens(replace(page, mask=mask)).axes[0]
    assert np.mean(axes.get_xlim()) == pytest.approx(0.4)
    assert np.mean(axes.get_ylim()) == pytest.approx(-0.2)
    assert np.ptp(axes.get_xlim()) == pytest.approx(1.06 * 0.8)


def test_each_band_has_a_row(page: LensPage) -> None:
    def twice(pixels: np.ndarray) -> np.ndarray:
        return np.concatenate([pixels, 2.0 * pixels])

    names = ("image", "model", "lens_light", "noise_sigma", "mask")
    both = replace(page, bands=("g", "r"), **{name: twice(getattr(page, name)) for name in names})
    figure = view_lens(both)
    titles = [axes.get_title() for axes in figure.axes]
    assert "g: data" in titles
    assert r"r: (data $-$ model) / $\sigma$" in titles
    figure.canvas.draw()


def test_a_lens_without_light_or_used_pixels_is_drawn(page: LensPage) -> None:
    empty = replace(page, mask=np.zeros_like(page.mask), source=np.zeros((4, 4)), text=())
    figure = view_lens(empty)
    figure.canvas.draw()
    assert any("data" in axes.get_title() for axes in figure.axes)
