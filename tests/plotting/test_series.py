"""Pictures of time series: what is drawn where, one stretch for a system, and what is refused."""

import numpy as np
import pytest

from jaxlens.plotting.series import view_series


def fading(systems=2, epochs=4, bands=3, seed=0):
    """A point that fades by half from epoch to epoch, on noise."""
    noise = np.random.default_rng(seed).normal(size=(systems, epochs, bands, 12, 12))
    noise[..., 5, 7] += 100 * 0.5 ** np.arange(epochs)[None, :, None]
    return noise.astype(np.float32)


def drawn(figure, panel=0):
    return np.asarray(figure.axes[panel].images[0].get_array())


def test_rows_are_systems_and_columns_are_epochs():
    figure = view_series(fading(), titles=["first", "second"])
    assert len(figure.axes) == 8
    assert drawn(figure).shape == (12, 12, 3)
    assert figure.axes[4].get_title(loc="left") == "second"
    places = [axes.get_subplotspec() for axes in figure.axes]
    assert [(p.rowspan.start, p.colspan.start) for p in places] == [
        (i, k) for i in range(2) for k in range(4)
    ]


@pytest.mark.parametrize("bands", [[0, 1, 2], [1]])
def test_an_object_that_fades_is_drawn_fainter(bands):
    figure = view_series(fading(), bands=bands)
    shown = [axes.images[0].to_rgba(drawn(figure, k))[5, 7].sum() for k, axes in enumerate(figure.axes[:4])]
    assert shown[0] > shown[1] > shown[2] > shown[3]


def test_each_system_has_a_stretch_of_its_own():
    images = fading()
    alone = drawn(view_series(images[:1])).astype(int)
    both = drawn(view_series(images * np.array([1, 50])[:, None, None, None, None]))
    np.testing.assert_allclose(both, alone, atol=1, err_msg="of 255 shades, which may round differently")


def test_an_epoch_that_is_missing_in_a_drawn_band_is_blank():
    mask = np.ones((2, 4, 3))
    mask[0, 2], mask[1, 1, 0] = 0, 0
    figure = view_series(fading(), mask=mask, mjd=np.arange(8).reshape(2, 4))
    assert [len(axes.images) for axes in figure.axes] == [1, 1, 0, 1, 1, 0, 1, 1]
    assert [axes.get_title() for axes in figure.axes[:4]] == ["0.0", "1.0", "", "3.0"]
    grey = view_series(fading(), mask=mask, bands=[2])
    assert [len(axes.images) for axes in grey.axes] == [1, 1, 0, 1, 1, 1, 1, 1]
    assert [len(axes.images) for axes in view_series(fading(), mask=np.zeros((2, 4))).axes] == [0] * 8


def test_the_day_is_the_mean_over_the_drawn_bands():
    mjd = np.broadcast_to([10.0, 20.0, 60.0], (2, 4, 3))
    assert view_series(fading(), mjd=mjd).axes[0].get_title() == "30.0"
    assert view_series(fading(), mjd=mjd, bands=[1]).axes[0].get_title() == "20.0"


def test_fewer_than_three_bands_are_grey():
    assert drawn(view_series(fading(bands=2))).shape == (12, 12)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((4, 3, 8, 8), {}, r"\(systems, epochs, bands, rows, columns\); give one system as images\[None\]"),
        ((3, 8, 8), {}, r"\(3, 8, 8\); it must be \(systems, epochs, bands, rows, columns\)$"),
        ((0, 4, 3, 8, 8), {}, r"\(0, 4, 3, 8, 8\)"),
        ((2, 4, 3, 8, 8), {"mask": np.ones((2, 3))}, r"mask has shape \(2, 3\); it must be \(2, 4\) or"),
        ((2, 4, 3, 8, 8), {"mjd": np.ones(4)}, r"mjd has shape \(4,\)"),
        ((2, 4, 3, 8, 8), {"bands": [0, 1]}, "bands has 2 indices; give three for a colour image, or one"),
        ((2, 4, 3, 8, 8), {"bands": [3]}, "bands has 3; the images have 3 bands, 0 to 2"),
    ],
)
def test_what_is_no_time_series_is_refused(shape, options, message):
    with pytest.raises(ValueError, match=message):
        view_series(np.ones(shape), **options)
