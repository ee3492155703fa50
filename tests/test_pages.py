"""Every block of the README and of the pages is run: by the build, by a test of its page, or here.

Cells of notebooks are run by the build, where an exception is an error.  Blocks of Python that need hours, a
cluster or somebody's images are not run: their calls are held against the signatures, as those of all others.
Commands are parsed by the command line's own parser, YAML is loaded.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import jaxlens
from jaxlens.cli import _parser
from jaxlens.config.schema.listing import keys

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
    if not {"_build", "generated"} & set(path.relative_to(ROOT).parts)
}
# Which test runs the Python of a page.
TESTED = {
    "README.md": "tests/test_readme.py",
    "docs/clusters.md": "tests/extras/test_executors.py",
    "docs/names.md": "tests/test_documented_names.py",
    "docs/observations.md": "tests/test_documented_observations.py",
    "docs/other_codes.md": "tests/extras/test_lenstronomy.py",
    "docs/own_profiles.md": "tests/validation/test_profile_pages.py",
    "docs/posteriors.md": "tests/test_documented_posteriors.py",
    "docs/products.md": "tests/test_documented_products.py",
    "docs/real_galaxies.md": "tests/test_documented_arrays.py",
    "docs/several_images.md": "tests/test_documented_several_images.py",
    "docs/slsprinkler.md": "tests/test_documented_slsprinkler.py",
    "docs/training.md": "tests/test_documented_training.py",
    "docs/time_domain.md": "tests/test_documents.py",
}
# What needs hours, other libraries, or files that are not ours: the calls of these pages are checked.
CALLS_ONLY = {
    "docs/architecture.md": "a profile without its body",
    "docs/baobab.md": "batches of 256 systems of four configurations",
    "docs/catalogs.md": "a dataset of a catalogue with places on the sky",
    "docs/dark_matter.md": "needs pyHalo",
    "docs/datasets.md": "a dataset of a million systems",
    "docs/injection.md": "real coadds",
    "docs/om10.md": "the catalogue of OM10",
    "docs/pixelised_source.md": "minutes, and a real image",
    "docs/population_fits.md": "two thousand images; its tutorial is run",
    "docs/populations_of_galaxies.md": "a relation, which would stay for other tests",
    "docs/quasars.md": "minutes, and a real image",
    "docs/reference/results_and_errors.md": "minutes, and a real image",
}
# A file `lenses.yaml` for the blocks that are run here.
SMALL = """
DATASET: {NAME: Small, PARAMETERS: {SIZE: 4, OUTDIR: small, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 100, numPix: 12, pixel_scale: 0.4, psf_type: NONE, read_noise: 5}}
SURVEY: {PARAMETERS: {BANDS: "g,r,i", seeing: 0.7, magnitude_zero_point: 27, sky_brightness: 22}}
SPECIES:
  GALAXY_1:
    NAME: LENS
    LIGHT_PROFILE_1: {NAME: SERSIC, PARAMETERS: {magnitude: 20, R_sersic: 0.5, n_sersic: 1}}
    MASS_PROFILE_1:
      NAME: SIS
      PARAMETERS: {sigma_v: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 290.0, std: 20.0}}}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: LENSES
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 0.4}}
    PLANE_2: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 1.5}}
"""
Names = dict[str, Any]
# The other blocks of the page on fits go on from a file of the reader's.
RUN_HERE: dict[str, tuple[int, Callable[[Names], bool]]] = {
    # page: (which of its blocks, what must hold once it has run)
    "docs/fitting.md": (
        4,
        lambda names: bool(abs(names["sigma_v"] / names["truth"][names["name"]] - 1) < 0.02),
    ),
    "docs/from_deeplenstronomy.md": (0, lambda names: len(names["dataset"].CONFIGURATION_1_images) == 4),
    "docs/pixels.md": (0, lambda names: names["images"].shape == (2, 3, 64, 64)),
    "docs/reference/language.md": (
        0,
        lambda names: np.allclose(
            names["params"]["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"],
            0.5 * names["params"]["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"],
        ),
    ),
    "docs/selection.md": (0, lambda names: 0 < names["found"].share <= 1),
    # all weights at zero give a loss of 0.96
    "docs/training.md": (1, lambda names: bool(names["loss"] < 0.7)),
}


def every_block(text: str) -> list[tuple[str, str]]:
    """(language, code) of each block of a page."""
    return re.findall(r"^```(\S*)[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def blocks(text: str, language: str) -> list[str]:
    """The blocks of that language."""
    return [code for known, code in every_block(text) if known == language]


def python(code: str) -> str:
    """The cell without magics of IPython."""
    return re.sub(r"^%.*$", "", code, flags=re.MULTILINE)


def test_every_block_is_run_or_said_not_to_be() -> None:
    """By its language and its page; another language, or a page that nobody runs, fails."""
    counted = {"by the build": 0, "by tests of the page": 0, "here": 0, "calls alone": 0, "read": 0}
    for page, language in ((page, found[0]) for page, text in PAGES.items() for found in every_block(text)):
        if language == "{code-cell}":
            assert PAGES[page].startswith("---\nfile_format: mystnb\n"), f"{page} is not executed"
            counted["by the build"] += 1
        elif language == "python":
            known = [page in TESTED, page in RUN_HERE, page in CALLS_ONLY]
            assert any(known), f"{page}: by which test are its blocks run?"
            kind = ("by tests of the page", "here", "calls alone")[known.index(True)]
            counted[kind] += 1
        else:
            assert language in {"", "text", "yaml", "console", "diff", "sql", "{toctree}", "{include}"}, page
            counted["read"] += 1
    assert counted["by the build"] > 80
    assert counted["calls alone"] < 20


@pytest.mark.parametrize("page", TESTED)
def test_the_test_of_a_page_runs_its_python(page: str) -> None:
    text = (ROOT / TESTED[page]).read_text(encoding="utf-8")
    assert Path(page).name in text
    assert "exec(" in text


def test_each_tutorial_and_recipe_is_executed() -> None:
    for folder in ("tutorials", "howto"):
        for path in (DOCS / folder).glob("*.md"):
            text = path.read_text(encoding="utf-8")
            assert path.stem == "index" or "```{code-cell}" in text, path.name


@pytest.mark.parametrize("page", [page for page in PAGES if "jaxlens." in PAGES[page]])
def test_calls_are_those_of_the_library(page: str) -> None:
    """Each `jaxlens.name(...)` exists and takes these arguments; also in text that is Python."""
    for language, code in every_block(PAGES[page]):
        if code.startswith("%%") or language not in ("python", "{code-cell}", "text", ""):
            continue
        try:
            tree = ast.parse(python(code))
        except SyntaxError:
            assert language in ("text", ""), page
            continue
        for call in ast.walk(tree):
            check_call(call, page)


def check_call(call: ast.AST, page: str) -> None:
    """Bind a call of a public name to its signature, where its arguments are written out."""
    if not isinstance(call, ast.Call):
        return
    words = ast.unparse(call.func).split(".")
    if words[0] not in ("jaxlens", "dl") or len(words) != 2:
        return
    assert words[1] in jaxlens.__all__, f"{page}: jaxlens.{words[1]}"
    starred = any(isinstance(one, ast.Starred) for one in call.args) or any(
        not one.arg for one in call.keywords
    )
    if not starred:
        given = [None] * len(call.args)
        inspect.signature(getattr(jaxlens, words[1])).bind(
            *given, **{str(one.arg): None for one in call.keywords}
        )


@pytest.mark.parametrize("page", PAGES)
def test_commands_are_those_of_the_command_line(page: str) -> None:
    for language in ("", "text", "console"):
        for block in blocks(PAGES[page], language):
            for line in re.sub(r"\\\n", " ", block).splitlines():
                check_command(line, page)


def check_command(line: str, page: str) -> None:
    """Parse `jaxlens ...`; a module after `python -m` exists."""
    for part in re.split(r"&&|;", line):
        part = part.strip().removeprefix("$ ")
        words = shlex.split(part, comments=True) if re.match(r"(jaxlens|python -m) ", part) else []
        if (
            words[:1] == ["jaxlens"]
            and words[1:]
            and "..." not in part
            and not re.search(r"[<\[{]\w*[>|]?", part)
        ):
            _parser(words[1:]).parse_args(words[1:])
        elif words[:2] == ["python", "-m"] and words[2].startswith(("jaxlens", "validation")):
            assert importlib.util.find_spec(words[2]), f"{page}: {words[2]}"


@pytest.mark.parametrize("page", [page for page in PAGES if "```yaml" in PAGES[page]])
def test_yaml_is_yaml(page: str) -> None:
    for block in blocks(PAGES[page], "yaml"):
        assert yaml.safe_load(block), page


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN_HERE)
def test_the_python_of_a_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lenses.yaml").write_text(SMALL)
    which, holds = RUN_HERE[page]
    names: Names = {"jaxlens": jaxlens}
    exec(compile(blocks(PAGES[page], "python")[which], page, "exec"), names)
    assert holds(names)


def test_every_public_name_has_an_example() -> None:
    """In its docstring, in one of its methods', or in a block of a page."""
    shown = "\n".join(PAGES.values())
    for name in set(jaxlens.__all__) - {"__version__"}:
        documented = getattr(jaxlens, name)
        doc = inspect.getdoc(documented) or ""
        methods = vars(documented).values() if inspect.isclass(documented) else ()
        texts = [doc, *(inspect.getdoc(one) or "" for one in methods)]
        in_doc = any(">>>" in text or re.search(r"^    .*\bjaxlens\.", text, re.MULTILINE) for text in texts)
        assert in_doc or re.search(rf"\b(jaxlens|dl)\.{name}\b", shown), name


def test_every_key_is_in_the_reference() -> None:
    """As the build writes it, from the tables that the reader uses."""
    spec = importlib.util.spec_from_file_location("generated_pages", DOCS / "generated_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages = module.pages()
    rows = sum(
        pages[name].count("\n| ") - pages[name].count("\n| key |") for name in ("keys", "profile_keys")
    )
    sections = {key.path for key in keys() if "." not in key.path}
    assert rows - pages["profile_keys"].count("| profile |") == len(keys()) - len(sections)
    for name in ("command_line", "distributions", "surveys", "packaged_files"):
        assert len(pages[name].splitlines()) > 20


def test_links_between_pages_exist() -> None:
    for page, text in PAGES.items():
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
            # pages of the reference are written by the build
            there = "generated/" in target or ((ROOT / page).parent / target).exists()
            assert target.startswith("http") or there, f"{page}: {target}"
