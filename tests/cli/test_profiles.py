"""The command `profiles`, and `--import`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens import cli
from jaxlens.config.aliases import LIGHT_ALIASES, MASS_ALIASES
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

OWN = '''
import jax.numpy as jnp
import jaxlens

@jaxlens.light_profile("RING", total_flux=lambda R, w, **_: 2 * jnp.pi**1.5 * R * w)
def ring(x, y, *, R, w=0.1, center_x=0.0, center_y=0.0):
    """A ring of radius R, of mine."""
    return jnp.exp(-(((jnp.hypot(x - center_x, y - center_y) - R) / w) ** 2))
'''


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    """A Python file with a light profile."""
    file = tmp_path / "rings_of_a_test.py"
    file.write_text(OWN)
    return file


@pytest.fixture
def own_config(config_file: str) -> str:
    """A configuration of which the source is a ring."""
    path = Path(config_file)
    text = path.read_text().replace("NAME: GAUSSIAN\n      PARAMETERS", "NAME: RING\n      PARAMETERS")
    path.write_text(text.replace("        sigma: 0.2\n", "        R: 0.2\n"))
    return config_file


def test_every_profile_and_alias_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["profiles"]) == 0
    names = re.findall(r"^(\w+) +\S", capsys.readouterr().out, re.MULTILINE)
    usable = [alias for alias, name in MASS_ALIASES.items() if name in MASS_PROFILES]
    usable += [alias for alias, name in LIGHT_ALIASES.items() if name in LIGHT_PROFILES]
    assert {*LIGHT_PROFILES, *MASS_PROFILES, *usable} <= {*names}


def test_one_profile_is_explained(capsys: pytest.CaptureFixture[str], fails: Callable[..., str]) -> None:
    assert cli.main(["profiles", "PEMD"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("EPL, a mass profile (also EPL_NUMBA, PEMD)\n")
    assert "kappa(x, y) = (3 - gamma) / 2" in text, "the equation"
    assert "Tessore & Metcalf 2015" in text, "the source"
    assert re.search(r"^  theta_E +arcsec +Einstein radius, usually 0.5 to 2$", text, re.MULTILINE)
    assert "`sigma_v` may stand in place of `theta_E`: " in text
    assert "`q` and `phi` may stand in place of `e1` and `e2`: " in text
    assert fails("profiles", "PEMDD") == "jaxlens: 'PEMDD' is not a profile; did you mean PEMD?\n"


def test_own_profiles_by_import(
    own_file: Path, own_config: str, capsys: pytest.CaptureFixture[str], fails: Callable[..., str]
) -> None:
    assert "'RING' is not a light profile" in fails("check", own_config)
    assert cli.main(["check", own_config, "--import", str(own_file)]) == 0
    assert capsys.readouterr().out == f"{own_config}: no problems\n"
    assert cli.main(["profiles", "RING", "--import", str(own_file)]) == 0
    assert "A ring of radius R, of mine." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("none_of_these.txt", "", "is no Python file; give the path of one"),
        ("json.py", "", "has the name of another module, or one that is no word; rename the file"),
        ("two words.py", "", "has the name of another module, or one that is no word; rename the file"),
        ("wrong_of_a_test.py", "import jaxlens\n\n1 / 0\n", ":3: ZeroDivisionError: division by zero"),
        ("syntax_of_a_test.py", "\n1 +\n", ":2: SyntaxError"),
    ],
)
def test_files_that_cannot_be_imported(
    tmp_path: Path, fails: Callable[..., str], name: str, text: str, says: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    message = fails("check", "galaxy_galaxy", "--import", file)
    assert message.startswith(f"jaxlens: {file}")
    assert says in message


@pytest.mark.long
def test_workers_import_the_file_and_a_changed_one_is_another_dataset(
    own_file: Path, own_config: str, tmp_path: Path, fails: Callable[..., str]
) -> None:
    out, more = tmp_path / "out", ["--import", str(own_file), "--size", "8", "--shard-size", "4"]
    more += ["--batch-size", "4", "--outdir", str(out)]
    assert cli.main(["generate", own_config, *more, "--workers", "1"]) == 0
    assert cli.main(["generate", own_config, *more, "--resume"]) == 0
    assert cli.main(["verify", str(out), "--import", str(own_file)]) == 0
    own_file.write_text(OWN.replace("2 * jnp.pi", "3 * jnp.pi"))
    assert f"its configuration is another, in {own_file}" in fails("generate", own_config, *more, "--resume")
