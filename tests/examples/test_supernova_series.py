"""The example that draws time series of supernovae."""

import numpy as np
import pandas as pd
import pytest

from jaxlens.examples import supernova_series


class Measured:
    """A dataset of three systems of two epochs in two bands."""

    bands = ("g", "r")

    def metadata(self):
        return pd.DataFrame(
            {
                "OBJID-g": [0, 0, 1, 1, 2, 2],
                "PLANE_2-OBJECT_2-forced_flux-g": [1.0, 9.0, 2.0, 2.0, 5.0, 4.0],
                "PLANE_2-OBJECT_2-forced_flux-r": [1.0, 1.0, 3.0, 2.0, 1.0, 6.0],
            }
        )


def test_the_brightest_systems_are_chosen():
    np.testing.assert_array_equal(supernova_series.brightest(Measured(), 2), [0, 2])


@pytest.mark.slow
def test_the_pictures_are_made(tmp_path, capsys):
    assert supernova_series.main(["--systems", "2", "--drawn", "1", "--outdir", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"time_series.png", "light_curves.png"}
    assert str(tmp_path / "light_curves.png") in capsys.readouterr().out
