"""INPUT: sections from other files, and the paths that a file names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.errors import Place, Report
from jaxlens.config.files import resolve
from jaxlens.config.inputs import MAX_INPUTS
from jaxlens.config.reader import read_text
from jaxlens.config.text import plain, yaml_text

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
COSMOLOGY = "COSMOLOGY:\n  PARAMETERS:\n    H0: 70\n    Om0: 0.3\n"
SKY = "    sky_brightness: 21.5\n"


def write(folder: Path, **files: str) -> None:
    """Files by name; `__` stands for a folder's slash."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def meaning(config: Config) -> tuple[object, ...]:
    """All that a file says, but its text."""
    return config.cosmology, config.instrument, config.species, config.configurations


def test_a_section_from_another_file(good: str, load_edited: LoadEdited, tmp_path: Path) -> None:
    whole = load_edited(())
    write(tmp_path, cosmology="PARAMETERS:\n  H0: 70\n  Om0: 0.3\n")
    config = load_edited(((COSMOLOGY, "COSMOLOGY:\n  INPUT: cosmology.yaml\n"),))
    assert meaning(config) == meaning(whole)
    assert config.warnings == ()


@pytest.mark.parametrize(
    "value", ["0.9", "{DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 1, maximum: 2}}}"]
)
def test_any_mapping_at_any_depth(value: str, load_edited: LoadEdited, tmp_path: Path) -> None:
    """A section, PARAMETERS, a mapping by band, a DISTRIBUTION: each may come from a file of its own."""
    whole = load_edited((("seeing: 0.9", f"seeing: {{g: {value}, r: 1.0}}"),))
    write(
        tmp_path,
        parts__survey="PARAMETERS:\n  INPUT: numbers.yaml\n  BANDS: g,r\n",
        parts__numbers="magnitude_zero_point: 30.0\nsky_brightness: 21.5\nseeing: {INPUT: seeing.yaml}\n",
        parts__seeing=f"g: {value}\nr: 1.0\n",
    )
    survey = "SURVEY:\n  PARAMETERS:\n    BANDS: g,r\n    seeing: 0.9\n    magnitude_zero_point: 30.0\n"
    config = load_edited(((survey + SKY, "SURVEY: {INPUT: parts/survey.yaml}\n"),))
    assert meaning(config) == meaning(whole)


def test_at_the_top_a_file_may_be_nothing_but_parts(good: str, tmp_path: Path) -> None:
    write(tmp_path, all="INPUT: parts/good.yaml\n", parts__good=good)
    assert meaning(load_config(tmp_path / "all.yaml")) == meaning(load_config(tmp_path / "parts/good.yaml"))


def test_the_key_of_the_included_file_wins_and_a_remark_says_so(
    load_edited: LoadEdited, tmp_path: Path
) -> None:
    write(tmp_path, sky="sky_brightness: 20.0\nseeing: 0.7\n")
    config = load_edited(((SKY, "    INPUT: sky.yaml\n"),))
    assert float(dict(config.instrument.quantities)["seeing"].draws[0].build().support()[0]) == 0.7
    message = "is in sky.yaml too, which counts; remove one of the two"
    assert config.warnings == (f"c.yaml:20: SURVEY.PARAMETERS.seeing: {message}",)


def test_a_file_may_be_included_twice(load_edited: LoadEdited, tmp_path: Path) -> None:
    """Only a circle is an error."""
    write(tmp_path, shape="e1: 0.1\ne2: -0.1\n")
    shape = "        e1: 0.1\n        e2: -0.1\n"
    whole = load_edited(())
    config = load_edited(((shape, "        INPUT: shape.yaml\n"), (shape, "        INPUT: shape.yaml\n")))
    assert meaning(config) == meaning(whole)


def test_files_are_looked_for_beside_the_file_that_names_them_then_in_the_working_directory(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = good.replace(SKY, "    INPUT: sky.yaml\n")
    write(tmp_path, run__c=main, run__sky="sky_brightness: 21.5\n", sky="sky_brightness: 19.0\n")
    monkeypatch.chdir(tmp_path)
    assert "21.5" in load_config("run/c.yaml").text
    (tmp_path / "run/sky.yaml").unlink()
    assert "19.0" in load_config("run/c.yaml").text


def test_a_dictionary_may_name_files(good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, sky="sky_brightness: dark\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"^sky\.yaml:1: SURVEY\.PARAMETERS\.sky_brightness: is the text"):
        load_config(yaml.safe_load(good.replace(SKY, "    INPUT: sky.yaml\n")))


def test_the_text_of_a_config_stands_alone(load_edited: LoadEdited, tmp_path: Path) -> None:
    """It is written out only where it came from several files; then it reads back as the same."""
    write(tmp_path, sky="sky_brightness: 21.5\n")
    config = load_edited(((SKY, "    INPUT: sky.yaml\n"), ("NAME: Small", "NAME: '1e-3'")))
    (tmp_path / "sky.yaml").unlink()
    (tmp_path / "alone.yaml").write_text(config.text, encoding="utf-8")
    alone = load_config(tmp_path / "alone.yaml")
    assert meaning(alone) == meaning(config)
    assert alone.name == "1e-3"
    assert alone.text == config.text


ODD = """
- {text: '1e-3', number: 1e-3, octal: 0123, yes: yes, nothing: , date: 2024-01-01}
- [a b, 'c: d', "e\\nf", '', ' g ', é, '*h', -1.5e+2, .inf, {}, []]
"""


def test_trees_survive_being_written_and_read() -> None:
    """Numbers keep their digits, texts stay texts."""
    tree = read_text(ODD, "c.yaml", Report())
    again = read_text(yaml_text(tree, {}), "c.yaml", Report())
    assert plain(again) == plain(tree)
    assert "0123" in yaml_text(tree, {})
    assert "'yes': yes" in yaml_text(tree, {})


def test_resolved_paths_are_absolute_in_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, parts__table="x\n")
    monkeypatch.chdir(tmp_path)
    report = Report()
    tree = read_text("DISTRIBUTIONS: {FILENAME: parts/table.yaml}", "c.yaml", report)
    place = tree.entries["DISTRIBUTIONS"].entries["FILENAME"].place
    assert resolve(place, "parts/table.yaml", report) == tmp_path / "parts/table.yaml"
    written = yaml.safe_load(yaml_text(tree, report.paths))
    assert written == {"DISTRIBUTIONS": {"FILENAME": str(tmp_path / "parts/table.yaml")}}


@pytest.mark.parametrize(
    ("name", "folder", "message"),
    [
        ("parts/tabel.yaml", False, "'parts/tabel.yaml' is no file; did you mean parts/table.yaml?"),
        ("parts", False, "'parts' is a folder; give a file"),
        ("parts/table.yaml", True, "'parts/table.yaml' is a file; give a folder"),
        ("part", True, "'part' is no folder; did you mean parts?"),
        ("/dev/null", False, "'/dev/null' is a device or a pipe; give a file"),
        (
            "x" * 5000,
            False,
            f"'{'x' * 57}...' is no file; it is looked for beside the file that names it, "
            "then in the working directory",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_the_message_about_a_name_that_is_no_file(
    name: str, folder: bool, message: str, tmp_path: Path
) -> None:
    write(tmp_path, parts__table="x\n")
    report = Report()
    place = Place(str(tmp_path / "c.yaml"), 3, "DISTRIBUTIONS.USERDIST_1.FILENAME")
    assert resolve(place, name, report, folder=folder) is None
    with pytest.raises(ConfigError) as caught:
        report.raise_problems()
    assert caught.value.problems == (f"{place}: {message}",)


def test_sizes_count_over_all_files_together(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("jaxlens.config.reader.MAX_NODES", 2_000)
    for module in ("reader", "files"):
        monkeypatch.setattr(f"jaxlens.config.{module}.MAX_CHARACTERS", 100_000)
    half = 50_000
    write(
        tmp_path,
        c=good + "a: {INPUT: a.yaml}\nb: {INPUT: b.yaml}\n",
        a="k: 1 #" + "x" * half,
        b="k: 1 #" + "x" * half,
    )
    with pytest.raises(
        ConfigError, match=r"b\.yaml: is over 100000 characters together with the files before"
    ):
        load_config("c.yaml")
    list_ = f"k: [{'x, ' * 1_000}]\n"
    write(tmp_path, a=list_, b=list_)
    with pytest.raises(ConfigError, match=r"b\.yaml:1: has more than 2000 entries, aliases counted"):
        load_config("c.yaml")


def test_depth_counts_over_all_files_together(good: str, tmp_path: Path) -> None:
    for i in range(30):
        write(tmp_path, **{f"f{i}": f"a: {{b: {{INPUT: f{i + 1}.yaml}}}}\n"})
    write(tmp_path, c=good + "a: {INPUT: f0.yaml}\n")
    with pytest.raises(ConfigError, match=r"f23\.yaml:1: is nested more than 50 deep"):
        load_config(tmp_path / "c.yaml")


def test_the_number_of_inputs_is_bounded(good: str, tmp_path: Path) -> None:
    many = "".join(f"  k{i}: {{INPUT: a.yaml}}\n" for i in range(MAX_INPUTS + 1))
    write(tmp_path, c=good + "many:\n" + many, a="k: 1\n")
    with pytest.raises(ConfigError, match=r"many\.k1000\.INPUT: is one of more than 1000 INPUTs; use a few"):
        load_config(tmp_path / "c.yaml")
