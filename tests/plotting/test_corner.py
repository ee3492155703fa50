"""Corner plots: what is drawn where, and what is refused."""

import sys

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
    counts = np.histogram(frame["a"], bins=7)[0]
    steps = figure.axes[0].patches[0].get_xy()[:, 1]
    np.testing.assert_array_equal(steps[1:-1:2][:7], counts)
    assert [axes.get_xlabel() for axes in figure.axes[6:]] == ["alpha", "beta", "gamma"]
    assert [figure.axes[i].get_ylabel() for i in (3, 6)] == ["beta", "gamma"]
    assert figure.axes[6].xaxis.label.get_fontsize() == 20


def test_a_posterior_has_contours_and_the_best_values():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(500, 2)), columns=["a", "b"])
    figure = view_corner(frame, {"a": "a", "b": "b"}, hist2d_kwargs={"cmap": "Greens"}, truths=[0.3, -0.2])
    pair = figure.axes[2]
    assert 0.3 in [line.get_xdata()[0] for line in pair.lines if len(set(line.get_xdata())) == 1]
    assert len(pair.collections) > 0
    figure.canvas.draw()


def test_a_single_parameter_has_its_best_value():
    frame = pd.DataFrame({"a": np.random.default_rng(3).normal(size=500)})
    figure = view_corner(frame, {"a": "a"}, truths=[0.3])
    assert [0.3, 0.3] in [list(line.get_xdata()) for line in figure.axes[0].lines]


def test_a_column_of_one_value_is_drawn():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 2.0, 2.0], "c": [0.0, 0.0, 0.0]})
    figure = view_corner(frame, {name: name for name in frame})
    assert figure.axes[4].get_xlim() == (1.0, 3.0)
    assert figure.axes[8].get_xlim() == (-0.5, 0.5)


def test_without_corner_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "corner", None)
    with pytest.raises(ImportError, match=r'pip install "jaxlens-sim\[plot\]"'):
        view_corner(pd.DataFrame({"a": [1.0, 2.0]}), {"a": "a"})


def test_a_corner_plot_refuses_what_deeplenstronomys_refuses():
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    with pytest.raises(TypeError, match="DataFrame"):
        view_corner({"a": [1.0]}, {"a": "a"})
    with pytest.raises(TypeError, match="dictionary"):
        view_corner(frame, ["a"])
    with pytest.raises(KeyError, match="b: not in the metadata"):
        view_corner(frame, {"a": "a", "b": "b"})
