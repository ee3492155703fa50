"""The figure of a sample: which lenses are in it, and where."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.plotting.sample_summary import view_sample

NAMES = ("A", "B", "C", "D")
OURS, ERRORS = np.array([1.01, 1.5, np.nan, 2.0]), np.full(4, 0.01)
PUBLISHED = np.array([1.0, 1.0, 1.2, np.nan])
LIMITS = np.array([[0.98, 1.03], [np.nan, np.nan], [1.1, 1.3], [np.nan, np.nan]])


def test_lenses_with_both_values_are_drawn() -> None:
    figure = view_sample(NAMES, OURS, ERRORS, PUBLISHED, LIMITS, [False, True, False, False], "bSIE")
    left, right = figure.axes
    np.testing.assert_allclose(left.collections[-1].get_offsets(), [[1.0, 1.01], [1.0, 1.5]])
    assert left.get_xlabel() == "bSIE (arcsec)"
    # one per cent, and one at the edge with its number
    np.testing.assert_allclose(right.collections[-1].get_offsets(), [[1.0, 1.0], [15.0, 0.0]], rtol=1e-6)
    assert [text.get_text() for text in right.texts] == ["+50%"]
    assert [label.get_text() for label in right.get_yticklabels()] == ["A", "B"]
    # a lens that is flagged is open
    faces = left.collections[-1].get_facecolors()
    assert faces[1].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert faces[0].tolist() != faces[1].tolist()


def test_a_sample_without_published_values_is_refused() -> None:
    with pytest.raises(ValueError, match="no lens has both our Einstein radius and a published one"):
        view_sample(NAMES, OURS, ERRORS, np.full(4, np.nan), LIMITS, [False] * 4)
