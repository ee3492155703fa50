"""New numbers in the text of a file."""

from __future__ import annotations

import pytest
import yaml

from jaxlens import Simulator
from jaxlens.config import example_path, examples
from jaxlens.populations.updated_file import updated_file
from jaxlens.populations.yaml_edit import edited_yaml

TEXT = """\
# a file
lens: {e1: 1e-3, name: LENS}   # of the lens
bounds: [-.inf, 2]
sky: &sky
    r: 21
    g: 22
other: *sky
"""


def tree() -> dict[str, object]:
    sky = {"g": 22, "r": 21}
    return {
        "lens": {"name": "LENS", "e1": 1e-3},
        "bounds": [-float("inf"), 2],
        "sky": sky,
        "other": dict(sky),
    }


def test_only_what_differs_changes() -> None:
    assert edited_yaml(tree(), TEXT) == TEXT
    changed = tree() | {"lens": {"e1": 2.5e-5, "name": "LENS"}, "bounds": [-float("inf"), 3.5]}
    new = edited_yaml(changed, TEXT)
    assert new == TEXT.replace("1e-3", "2.5e-05").replace("2]", "3.5]")
    assert yaml.safe_load(new) == changed


def test_what_shares_an_anchor_changes_together_or_not_at_all() -> None:
    both = {"r": 20.5, "g": 22}
    assert edited_yaml(tree() | {"sky": both, "other": both}, TEXT) == TEXT.replace("21", "20.5")
    one = tree() | {"other": both}
    assert yaml.safe_load(edited_yaml(one, TEXT)) == one


@pytest.mark.parametrize("changed", [{"more": 1.0}, {"sky": 21.0}, {"bounds": [1.0]}, {"lens": [1.0]}])
def test_another_shape_is_written_anew(changed: dict[str, object]) -> None:
    wanted = tree() | changed
    assert yaml.safe_load(edited_yaml(wanted, TEXT)) == wanted


@pytest.mark.long
@pytest.mark.parametrize("name", examples())
def test_the_examples_keep_their_comments(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example_path(name).parent)  # where the tables are that an example names
    text = example_path(name).read_text()
    sim = Simulator(name, first_configuration(text))
    path = next(path for path in sim.hyperparameters if path.startswith("IMAGE.exposure_time"))
    new = edited_yaml(updated_file(sim, {path: 123.0}), text)
    assert new.count("#") == text.count("#")
    assert new != text
    assert Simulator(yaml.safe_load(new), sim.configuration.label).hyperparameters[path] == 123.0


def first_configuration(text: str) -> str:
    return next(iter(yaml.safe_load(text)["GEOMETRY"]))
