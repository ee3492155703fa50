"""Nothing in a file can run code, read outside the paths that it names, write, hang or fill the memory.

Whatever is tried, the answer is a ConfigError, or a ValueError for a wrong argument, soon.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jaxlens import make_dataset
from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.config.surveys import survey_path

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
SKY = "    sky_brightness: 21.5\n"
SOON = 60.0
PRESETS = survey_path("des").parent
HOSTILE_WORDS = [
    "__import__('os').system('touch pwned')",
    "__class__",
    "eval",
    "../../../etc/passwd",
    "/etc/passwd",
    "${HOME}",
    "a\\0b",
    "uniform(0, 1) or __import__('os')",
]


@pytest.fixture(autouse=True)
def nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No command is run, and it does not take long."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError(f"a command was run: {args}")

    monkeypatch.setattr(os, "system", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < SOON
    assert not (tmp_path / "pwned").exists()


TAGS = [
    "!!python/object/apply:os.system ['touch pwned']",
    "!!python/object:os.path {}",
    "!!python/name:os.system",
    "!!python/module:os",
    "!!python/object/new:type [a]",
    "!!binary aGk=",
    "!mine x",
]


@pytest.mark.parametrize("tag", TAGS)
def test_tags_make_no_objects(tag: str, load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError, match=r"has the tag .*; write a plain value without a tag"):
        load_edited((("SIZE: 4", f"SIZE: {tag}"),))


PLACES = {
    "distribution": "seeing: 0.9",
    "light profile": "NAME: SERSIC_ELLIPSE",
    "mass profile": "NAME: SIE",
    "noise": "NAME: POISSON_NOISE\n    PARAMETERS",
    "psf": "psf_type: GAUSSIAN",
    "host": "HOST: SOURCE",
    "object": "OBJECT_2: AGN",
    "size": "SIZE: 4",
    "special": "    NAME: LENS\n",
}


@pytest.mark.parametrize("word", HOSTILE_WORDS)
@pytest.mark.parametrize("place", PLACES)
def test_words_are_looked_up_and_nothing_else(place: str, word: str, load_edited: LoadEdited) -> None:
    quoted = f'"{word}"'
    new = {
        "distribution": f"seeing: {{DISTRIBUTION: {{NAME: {quoted}, PARAMETERS: None}}}}",
        "noise": f"NAME: {quoted}\n    PARAMETERS",
        "special": f"    NAME: LENS\n    SPECIAL: {{{quoted}: [LIGHT_PROFILE_1-1]}}\n",
    }.get(place, f"{PLACES[place].split(':')[0]}: {quoted}")
    with pytest.raises(ConfigError):
        load_edited(((PLACES[place], new),))


@pytest.mark.parametrize("word", [word for word in HOSTILE_WORDS if "\\0" not in word])
def test_a_free_name_is_only_a_name(word: str, load_edited: LoadEdited) -> None:
    config = load_edited((("COSMOLOGY:\n", f'COSMOLOGY:\n  NAME: "{word}"\n'),))
    assert [name for name, _ in config.cosmology] == ["H0", "Om0"]
    assert "is taken for a mere name" in "".join(config.warnings)


@pytest.mark.parametrize("word", HOSTILE_WORDS)
def test_words_are_no_keys(word: str, load_edited: LoadEdited) -> None:
    found = "has the character" if "\\0" in word else "is not a key that is known here"
    with pytest.raises(ConfigError, match=found):
        load_edited((("    SIZE: 4\n", f'    SIZE: 4\n    "{word}": 1\n'),))


@pytest.mark.parametrize(
    "name", ["../../etc", "../surveys/des", "des.yaml", "/etc/passwd", "", "des\0", "__init__"]
)
def test_a_survey_is_a_name_not_a_path(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", lambda path, *a, **k: _only_presets(path, *a, **k))
    for call in (survey_path, lambda survey: load_config("galaxy_galaxy", survey=survey)):
        with pytest.raises(ValueError, match=r"survey=.* is not known; "):
            call(name)


_open = Path.open


def _only_presets(path: Path, *args: object, **kwargs: object) -> object:
    assert path.parent == PRESETS
    return _open(path, *args, **kwargs)  # type: ignore[call-overload]


@pytest.mark.parametrize("label", ["../../GALAXY_3", "GALAXY_../1", "GALAXY_1/../../x"])
def test_labels_are_no_paths(label: str, load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError, match="is not a key that is known here"):
        load_edited((("  GALAXY_2:", f'  "{label}":'),))


@pytest.mark.long
def test_only_OUTDIR_is_written_to(
    load_edited: LoadEdited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names with `..` in them are names: of the dataset, of a configuration, of a galaxy."""
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path)
    load = load_edited(
        (
            ("NAME: Small", "NAME: ../../dataset"),
            ("NAME: PAIR", "NAME: ../../pair"),
            ("NAME: LENS", "NAME: ../../lens"),
            ("OBJECT_1: LENS", "OBJECT_1: ../../lens"),
            ("OUTDIR: out", f"OUTDIR: {tmp_path / 'run' / 'out'}"),
            ("numPix: 16", "numPix: 4"),
            ("      OBJECT_2: AGN\n", ""),
            ("FRACTION: 0.5", "FRACTION: 1.0"),
            ("FRACTION: 0.5", "FRACTION: 0.0"),
        )
    )
    before = {path for path in tmp_path.parent.rglob("*") if path.is_file()}
    with pytest.warns(ConfigWarning, match="AGN is in no configuration"):
        make_dataset(load, save_to_disk=True)
    new = {path for path in tmp_path.parent.rglob("*") if path.is_file()} - before
    assert new
    assert all(path.is_relative_to(tmp_path / "run" / "out") for path in new)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)


def test_a_bomb_in_an_included_file(
    load_edited: LoadEdited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # test_reader.py has the bound itself
    monkeypatch.setattr("jaxlens.config.reader.MAX_NODES", 2_000)
    (tmp_path / "bomb.yaml").write_text(BOMB)
    with pytest.raises(ConfigError, match=r"bomb\.yaml:.*has more than 2000 entries"):
        load_edited(((SKY, "    INPUT: bomb.yaml\n"),))


def test_a_bomb_of_files(load_edited: LoadEdited, tmp_path: Path) -> None:
    """Each file includes the next ten times: 10^12 files to read."""
    for i in range(12):
        text = "".join(f"k{j}: {{INPUT: f{i + 1}.yaml}}\n" for j in range(10))
        (tmp_path / f"f{i}.yaml").write_text(text)
    (tmp_path / "f12.yaml").write_text("k: 1\n")
    with pytest.raises(ConfigError, match="is one of more than 1000 INPUTs"):
        load_edited(((SKY, "    INPUT: f0.yaml\n"),))


def test_a_file_of_50_megabytes(load_edited: LoadEdited, tmp_path: Path) -> None:
    start = time.perf_counter()
    with (tmp_path / "big.yaml").open("wb") as file:
        file.write(b"x: 1\n" * 10_000_000)
    with pytest.raises(ConfigError, match="is over 10000000 characters"):
        load_config(tmp_path / "big.yaml")
    with pytest.raises(ConfigError, match=r"big\.yaml: is over 10000000 characters"):
        load_edited(((SKY, "    INPUT: big.yaml\n"),))
    assert time.perf_counter() - start < 20.0


@pytest.mark.parametrize("text", ["[" * 10_000, "{a: " * 10_000, "- " * 10_000, "a:\n" + " x:\n" * 3])
def test_deep_or_broken_nesting(text: str, tmp_path: Path, load_edited: LoadEdited) -> None:
    (tmp_path / "deep.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"deep\.yaml"):
        load_config(tmp_path / "deep.yaml")
    with pytest.raises(ConfigError):
        load_edited(((SKY, "    INPUT: deep.yaml\n"),))


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02", b"\x89PNG\r\n\x1a\n", b"a: \x00", b"\xff\xfe", bytes(range(256))]
)
def test_files_that_are_no_text(content: bytes, tmp_path: Path, load_edited: LoadEdited) -> None:
    (tmp_path / "binary.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"binary\.yaml.*(is not text in UTF-8|has the control character)"):
        load_config(tmp_path / "binary.yaml")
    with pytest.raises(ConfigError, match=r"binary\.yaml.*(is not text in UTF-8|has the control character)"):
        load_edited(((SKY, "    INPUT: binary.yaml\n"),))


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "pipe"])
def test_devices_and_pipes_are_not_opened(device: str, tmp_path: Path, load_edited: LoadEdited) -> None:
    """A pipe that nobody writes to would be read for ever."""
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / device
    with pytest.raises(ConfigError, match="is a device or a pipe"):
        load_config(path)
    with pytest.raises(ConfigError, match="is a device or a pipe; give a file"):
        load_edited(((SKY, f"    INPUT: {path}\n"),))


def test_a_file_that_may_not_be_read(
    tmp_path: Path, load_edited: LoadEdited, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.yaml").write_text("k: 1\n")

    def refuse(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "secret.yaml":
            raise PermissionError(13, "Permission denied")
        return _open(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConfigError, match=r"secret\.yaml: cannot be read: Permission denied"):
        load_edited(((SKY, "    INPUT: secret.yaml\n"),))


def test_a_circle_of_links(tmp_path: Path, load_edited: LoadEdited) -> None:
    """A link to a file that led here is that file."""
    (tmp_path / "a.yaml").write_text("INPUT: link.yaml\n")
    (tmp_path / "link.yaml").symlink_to("a.yaml")
    with pytest.raises(ConfigError, match=r"goes round in a circle, c\.yaml -> a\.yaml -> link\.yaml"):
        load_edited(((SKY, "    INPUT: a.yaml\n"),))


@pytest.mark.parametrize("name", ["a\0b", "\n", "x" * 10_000, "~", "$HOME", "-", "http://example.org/c.yaml"])
def test_a_name_that_is_no_file(name: str) -> None:
    with pytest.raises(ConfigError, match="is no file; give a YAML file"):
        load_config(name)
