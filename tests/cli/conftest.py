"""A tiny lens, quick to compile, and a command that must fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens import cli

TINY = """
DATASET: {NAME: Tiny, PARAMETERS: {SIZE: 100, OUTDIR: from_file, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 1000, numPix: 16, pixel_scale: 0.25, psf_type: GAUSSIAN, read_noise: 5}}
SURVEY:
  PARAMETERS:
    {BANDS: "g,r,i", seeing: 0.7, magnitude_zero_point: 27.0, sky_brightness: 22.0, num_exposures: 2}
SPECIES:
  GALAXY_1:
    NAME: LENS
    LIGHT_PROFILE_1: {NAME: GAUSSIAN, PARAMETERS: {magnitude: 20.0, sigma: 0.4}}
    MASS_PROFILE_1:
      NAME: SIS
      PARAMETERS:
        theta_E: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.8, maximum: 1.2}}}
  GALAXY_2:
    NAME: SOURCE
    LIGHT_PROFILE_1:
      NAME: GAUSSIAN
      PARAMETERS:
        magnitude: 21.0
        sigma: 0.2
        center_x: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.1, maximum: 0.3}}}
        center_y: 0.1
GEOMETRY:
  CONFIGURATION_1:
    NAME: TINY_LENS
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 0.4}}
    PLANE_2: {OBJECT_1: SOURCE, PARAMETERS: {REDSHIFT: 1.5}}
"""


@pytest.fixture(scope="session")
def tiny() -> str:
    """The YAML of a lens on 16 x 16 pixels in three bands, with two parameters that vary."""
    return TINY


@pytest.fixture
def config_file(tmp_path: Path) -> str:
    """That YAML as a file, with OUTDIR in the test's folder."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY.replace("from_file", str(tmp_path / "from_file")))
    return str(path)


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The message on stderr of a command that must end with 1, without a traceback and without output."""

    def message(*argv: object) -> str:
        capsys.readouterr()
        assert cli.main([str(word) for word in argv]) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "Traceback" not in captured.err
        return captured.err

    return message
