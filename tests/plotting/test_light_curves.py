"""Pictures of light curves: which measurements are drawn in which panel, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from jaxlens.plotting.light_curves import view_lightcurves

SN, STAR = "PLANE_2-OBJECT_2", "PLANE_1-OBJECT_2"
ZERO_POINT = 30.0


def table(images=2, systems=2, epochs=5, prefix=SN, bands=("g", "r")):
    """Metadata of a transient whose image k has the flux 100 (k + 1) - 10 epoch, with an error of 5."""
    rows = systems * epochs
    epoch = np.tile(np.arange(epochs), systems)
    columns = {}
    for band in bands:
        columns[f"OBJID-{band}"] = np.repeat(np.arange(systems), epochs)
        columns[f"{prefix}-nite-{band}"] = 57000.0 + 7 * epoch
        fluxes = [100.0 * (k + 1) - 10 * epoch for k in range(images)]
        for k, flux in enumerate(fluxes):
            shift = f"_shift_{k}" if k else ""
            columns[f"{prefix}-forced_flux_{k}-{band}"] = flux
            columns[f"{prefix}-forced_flux_error_{k}-{band}"] = np.full(rows, 5.0)
            columns[f"{prefix}-magnitude_measured{shift}-{band}"] = ZERO_POINT - 2.5 * np.log10(flux)
        columns[f"{prefix}-forced_flux-{band}"] = np.sum(fluxes, axis=0)
        columns[f"{prefix}-forced_flux_error-{band}"] = np.full(rows, 7.0)
    return pd.DataFrame(columns)


def points(figure, panel, band=0):
    """The days, values and errors of one band in one panel."""
    container = figure.axes[panel].containers[band]
    day, value = container.lines[0].get_data()
    (segments,) = (bars.get_segments() for bars in container.lines[2])
    return np.asarray(day), np.asarray(value), np.array([np.ptp(s[:, 1]) / 2 for s in segments])


def test_each_image_and_all_together_have_a_panel():
    figure = view_lightcurves(table())
    assert [axes.get_title() for axes in figure.axes] == ["image 0", "image 1", "all images"] + [""] * 3
    assert [axes.get_ylabel() for axes in figure.axes[::3]] == ["system 0\ncounts/s", "system 1\ncounts/s"]
    day, flux, error = points(figure, 1)
    np.testing.assert_allclose(day, 57000 + 7 * np.arange(5))
    np.testing.assert_allclose(flux, 200 - 10 * np.arange(5))
    np.testing.assert_allclose(error, 5.0)
    np.testing.assert_allclose(points(figure, 2)[1], 300 - 20 * np.arange(5))
    np.testing.assert_allclose(points(figure, 2)[2], 7.0)
    labels = [text.get_text() for text in figure.axes[2].get_legend().get_texts()]
    assert labels == ["g", "r"]


def test_magnitudes_are_those_of_the_fluxes_above_their_error():
    frame = table()
    frame.loc[0, f"{SN}-forced_flux_0-g"] = 4.0
    frame.loc[1, [f"{SN}-forced_flux_0-g", f"{SN}-magnitude_measured-g"]] = -4.0, 99.0
    figure = view_lightcurves(frame, systems=[0], bands=["g"], magnitudes=True)
    day, magnitude, error = points(figure, 0)
    np.testing.assert_allclose(day, 57000 + 7 * np.arange(2, 5))
    np.testing.assert_allclose(magnitude, ZERO_POINT - 2.5 * np.log10([80.0, 70.0, 60.0]))
    np.testing.assert_allclose(error, 2.5 / np.log(10) * 5 / np.array([80.0, 70.0, 60.0]))
    np.testing.assert_allclose(points(figure, 2)[1], ZERO_POINT - 2.5 * np.log10(300 - 20 * np.arange(5)))
    assert figure.axes[0].yaxis_inverted()


def test_a_transient_that_is_not_lensed_has_one_panel():
    figure = view_lightcurves(table(images=1, systems=1))
    assert [axes.get_title() for axes in figure.axes] == [""]


def test_an_image_that_does_not_exist_leaves_its_panel_empty():
    frame = table()
    frame.loc[:4, [f"{SN}-forced_flux{end}_1-{band}" for end in ("", "_error") for band in "gr"]] = 0.0
    frame.loc[7, f"{SN}-nite-g"] = np.nan
    figure = view_lightcurves(frame)
    assert [bool(axes.containers) for axes in figure.axes] == [True, False, True, True, True, True]
    assert len(points(figure, 3)[0]) == 4
    assert len(points(figure, 3, band=1)[0]) == 5


def test_systems_and_transients_are_chosen():
    frame = pd.concat(
        [table(systems=6), table(systems=6, prefix=STAR).drop(columns=["OBJID-g", "OBJID-r"])], axis=1
    )
    assert len(view_lightcurves(frame, SN).axes) == 4 * 3
    figure = view_lightcurves(frame, transient=STAR, systems=[5])
    assert figure.axes[0].get_ylabel() == "system 5\ncounts/s"
    with pytest.raises(ValueError, match="the transients are PLANE_2-OBJECT_2, PLANE_1-OBJECT_2; name one"):
        view_lightcurves(frame)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"transient": "PLANE_3-OBJECT_1"},
            "PLANE_3-OBJECT_1 is no transient of the metadata; they are PLANE_2",
        ),
        ({"systems": [7]}, "7 is no system of the metadata; there are 0, 1"),
        ({"systems": []}, "no system is given"),
        ({"bands": ["y"]}, "y is no band of the metadata; there are g, r"),
    ],
)
def test_what_is_not_in_the_metadata_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        view_lightcurves(table(), **options)


def test_other_tables_are_refused():
    with pytest.raises(ValueError, match="no columns forced_flux"):
        view_lightcurves(pd.DataFrame({"seeing-g": [0.9]}))
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        view_lightcurves(np.ones(3))
