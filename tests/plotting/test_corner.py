"""Corner plots: what is drawn where, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from jaxlens.plotting.corner import view_corner


def test_a_corner_plot_has_histograms_on_and_below_the_diagonal():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(50, 3)), columns=["a", "b", "c"])
    labels = {"a": "alpha", "b": "beta", "c": "gamma"}
    figure = view_corner(frame, labels, hist_kwargs={"bins": 7}, label_kwargs={"fontsize": 20})
    visible = np.reshape([axes.get_visible() for axes in figure.axes], (3, 3))
    np.testing.assert_array_equal(visible, np.tri(3, dtype=bool))
    assert len(figure.axes[0].patches) == 7
    assert [axes.get_xlabel() for axes in figure.axes[6:]] == ["alpha", "beta", "gamma"]
    assert [figure.axes[i].get_ylabel() for i in (3, 6)] == ["beta", "gamma"]
    assert figure.axes[6].xaxis.label.get_fontsize() == 20


def test_a_corner_plot_refuses_what_deeplenstronomys_refuses():
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    with pytest.raises(TypeError, match="DataFrame"):
        view_corner({"a": [1.0]}, {"a": "a"})
    with pytest.raises(TypeError, match="dictionary"):
        view_corner(frame, ["a"])
    with pytest.raises(KeyError, match="b: not in the metadata"):
        view_corner(frame, {"a": "a", "b": "b"})
