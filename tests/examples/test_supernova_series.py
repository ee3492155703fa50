"""The example that draws time series of supernovae."""

import numpy as np
import pandas as pd
import pytest
import yaml

from jaxlens.config import load_config
from jaxlens.config.naming import transients
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


@pytest.mark.long
def test_the_pictures_are_made(massless_series, tmp_path, capsys):
    """Those of a small file; the one of the example is made in tests/test_documents.py."""
    config, pictures = tmp_path / "small.yaml", tmp_path / "pictures"
    config.write_text(yaml.safe_dump(massless_series))
    pictures.mkdir()
    options = ["--systems", "2", "--drawn", "1", "--outdir", str(pictures), "--config", str(config)]
    assert supernova_series.main(options) == 0
    assert {path.name for path in pictures.iterdir()} == {"time_series.png", "light_curves.png"}
    assert str(pictures / "light_curves.png") in capsys.readouterr().out


def test_the_supernova_is_that_of_the_file():
    (configuration,) = load_config(supernova_series.CONFIG).configurations
    assert [prefix for prefix, _ in transients(configuration)] == [supernova_series.SUPERNOVA]
