"""Which file may import which: the floors of the house, from the ground up."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

import jaxlens

ROOT = Path(jaxlens.__file__).parent
# From the ground up; floors of one line do not import each other.
FLOORS = [
    ("kernels",),
    ("distributions", "catalogs"),
    ("config",),
    ("files", "sampling", "imaging", "plotting"),
    ("exchange", "products"),
    ("simulator",),
    ("engine", "fitting", "truth"),
    ("populations", "modelling"),
    ("production", "streams"),
    ("datasets", "injection"),
    ("cli", "examples"),
    ("__main__",),
]
# Inside the kernels, where everything stands on the helpers and the registry.
KERNEL_FLOORS = [
    ("types",),
    ("fastmath",),
    ("ellipse", "parameters", "sersic_index"),
    ("registry",),
    ("mass", "light", "cosmology"),
    ("halos", "relations"),
    ("lensing",),
    ("psf", "noise"),
    ("transients",),
]
# rglob does not follow the symlink
FILES = sorted({*ROOT.rglob("*.py"), *(ROOT / "kernels").rglob("*.py")} - {ROOT / "__init__.py"})

KERNELS = [
    path
    for path in FILES
    if path.parent.is_relative_to(ROOT / "kernels") and path != ROOT / "kernels" / "__init__.py"
]
TESTS = Path(__file__).parent
# tests of validation, and of files in formats of other libraries, have no folder of ours
ELSEWHERE = ("validation", "extras")
MIRRORED = [
    path for path in TESTS.glob("*/**/test_*.py") if path.relative_to(TESTS).parts[0] not in ELSEWHERE
]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text())


def assert_of_each(paths: Iterable[Path], rule: Callable[[Path], None]) -> None:
    """The rule holds for all files; the message has those for which it does not, each with what is wrong."""
    wrong = []
    for path in paths:
        try:
            rule(path)
        except AssertionError as error:
            wrong.append(f"{path.relative_to(TESTS.parent)}: {error}")
    assert not wrong, "\n".join(wrong)


def imported(path: Path) -> set[str]:
    """The dotted names of ours that a file imports (`from a.b import c` counts as a.b.c and a.b)."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in ("jaxlens", "kernels", "validation", "tests")}


def floor(name: str, floors: list[tuple[str, ...]]) -> int:
    """The floor of a folder, or of a module beside the folders, counted from the ground."""
    found = [i for i, rooms in enumerate(floors) if name in rooms]
    assert found, f"{name} has no floor"
    return found[0]


def assert_imports_point_down(path: Path, package: str, root: Path, floors: list[tuple[str, ...]]) -> None:
    """Every import of a file is of its own folder, or of one on a floor below."""
    own = path.relative_to(root).with_suffix("").parts[0]
    for name in imported(path):
        assert name.startswith("jaxlens."), f"{name} is not imported as jaxlens.*"
        if name.startswith(f"{package}."):
            other = name.removeprefix(f"{package}.").split(".")[0]
            assert other == own or floor(other, floors) < floor(own, floors), f"{own} imports {name}"


def imports_point_down(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    if folder == "examples":
        # the packaged examples import jaxlens as a user does
        assert all(name == "jaxlens" or floor(name.split(".")[1], FLOORS) >= 0 for name in imported(path))
        return
    assert_imports_point_down(path, "jaxlens", ROOT, FLOORS)
    if folder == "kernels":
        assert all(name.startswith("jaxlens.kernels") for name in imported(path)), "not of kernels"


def test_a_file_imports_only_from_floors_below_it() -> None:
    assert_of_each(FILES, imports_point_down)


def test_kernels_stand_on_each_other_in_order() -> None:
    assert_of_each(
        KERNELS,
        lambda path: assert_imports_point_down(path, "jaxlens.kernels", ROOT / "kernels", KERNEL_FLOORS),
    )


def test_the_top_of_the_package_holds_folders_and_nothing_else() -> None:
    files = {path.name for path in ROOT.iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "py.typed"}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {room for rooms in FLOORS for room in rooms} - {"__main__"}


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_every_folder_says_what_lives_there() -> None:
    folders = [path for path in FILES if path.name == "__init__.py"]
    assert len(folders) >= len(FLOORS)
    assert [path for path in folders if len(ast.get_docstring(parsed(path)) or "") <= 40] == []


def undocumented(body: list[ast.stmt]) -> list[str]:
    """The public functions and methods of three or more parameters whose docstring has no `Args:`."""
    found: list[str] = []
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found += undocumented(node.body)
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            own = [argument for argument in arguments if argument.arg not in ("self", "cls")]
            if len(own) > 2 and "Args:" not in (ast.get_docstring(node) or ""):
                found.append(node.name)
    return found


def test_a_public_function_of_three_parameters_documents_them() -> None:
    found = {str(path.relative_to(ROOT)): undocumented(parsed(path).body) for path in FILES}
    assert {name: functions for name, functions in found.items() if functions} == {}


def mirrors(path: Path) -> None:
    folder = path.parent.relative_to(TESTS)
    modules = {p.stem for p in (ROOT / folder).iterdir() if p.name != "__init__.py"} | {folder.name}
    name = path.stem.removeprefix("test_")
    assert any(name == module or name.startswith(f"{module}_") for module in modules), "there is no module"


def test_the_tests_mirror_the_tree() -> None:
    """A test is tests/<folder>/test_<module>.py or test_<module>_<aspect>.py; <folder> means all of it."""
    assert_of_each(MIRRORED, mirrors)


# Attributes that change what others see.
GLOBAL_STATE = {"jax.config.update", "sys.exit", "np.random.seed"}
LAST_NAMES = {name.split(".")[-1] for name in GLOBAL_STATE}


def no_code_from_strings_and_no_global_state(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "compile", "__import__"}, node.lineno
            if path.parent.name not in ("cli", "examples"):
                assert node.func.id != "print", node.lineno
        if isinstance(node, ast.Attribute):
            assert node.attr != "nan_to_num", node.lineno
            if node.attr in LAST_NAMES:
                assert ast.unparse(node) not in GLOBAL_STATE, node.lineno


def test_no_code_from_strings_and_no_global_state() -> None:
    assert_of_each(FILES, no_code_from_strings_and_no_global_state)


@pytest.mark.long
def test_packages_are_imported_when_they_are_used() -> None:
    """In a new process: JAX by what computes, pandas and others by what needs them, matplotlib by figures."""
    import subprocess
    import sys

    never = "{'matplotlib', 'lenstronomy', 'torch', 'numpyro', 'blackjax', 'dynesty', 'arviz'}"
    code = f"""if True:
        import contextlib, io, sys, jaxlens, jaxlens.cli
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
            jaxlens.cli.main(["--version"])
        assert not {{"jax", "numpy", "yaml"}} & set(sys.modules)
        import jax, jax.numpy, jax.scipy.special
        before = set(sys.modules)
        with contextlib.redirect_stdout(io.StringIO()):
            assert jaxlens.cli.main(["check", "galaxy_galaxy"]) == 0
        jaxlens.Simulator
        print(sorted({{"pandas", "astropy", "scipy", "h5py", "optax"}} & (set(sys.modules) - before)))
        from jaxlens import *
        jaxlens.kernels
        print(sorted({never} & set(sys.modules)))
    """
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["[]", "[]"]
