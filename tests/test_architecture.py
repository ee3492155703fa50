"""Which file may import which: the floors of the house, from the ground up."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import jaxlens

ROOT = Path(jaxlens.__file__).parent
FLOORS = [
    "kernels",
    "distributions",
    "specials",
    "config",
    "keys",
    "drawing",
    "joints",
    "backgrounds",
    "population",
    "priors",
    "optics",
    "scene",
    "render",
    "likelihood",
    "systems",
    "jitted",
    "metadata",
    "recipes",
    "rows",
    "formats",
    "storage",
    "plot",
    "simulator",
    "fits_images",
    "observations",
    "fitting",
    "fit",
    "updates",
    "populations",
    "fit_population",
    "devices",
    "programs",
    "chunks",
    "batching",
    "streaming",
    "production",
    "dataset",
    "streams",
    "stream",
    "cli",
    "examples",
    "__main__",
]
# Inside the kernels, where everything stands on the helpers and the registry.
KERNEL_FLOORS = [
    "types",
    "elementary",
    "ellipse",
    "registry",
    "mass",
    "light",
    "cosmology",
    "rays",
    "selection",
    "isothermal_starts",
    "lens_equation",
    "shifts",
    "sampling",
    "convolution",
    "psf",
    "stamps",
    "draws",
    "poisson",
    "noise",
]
# rglob does not follow the symlink
FILES = sorted({*ROOT.rglob("*.py"), *(ROOT / "kernels").rglob("*.py")} - {ROOT / "__init__.py"})


def imported(path: Path) -> set[str]:
    """The dotted names of ours that a file imports (`from a.b import c` counts as a.b.c and a.b)."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in ("jaxlens", "kernels", "validation", "tests")}


def floor(dotted: str, floors: list[str], depth: int) -> int | None:
    parts = dotted.split(".")
    return floors.index(parts[depth]) if len(parts) > depth and parts[depth] in floors else None


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_from_floors_below_it(path: Path) -> None:
    own = path.relative_to(ROOT).with_suffix("").parts[0]
    assert own in FLOORS, f"{own} has no floor"
    # the packaged examples use what a user names
    for name in imported(path) - ({"jaxlens"} if own == "examples" else set()):
        assert name.startswith("jaxlens."), f"{name} is not imported as jaxlens.*"
        below = floor(name, FLOORS, 1)
        assert below is not None, f"{name} has no floor"
        if own == "kernels":
            assert below == FLOORS.index("kernels"), name
        elif FLOORS[below] != own:
            assert below < FLOORS.index(own), f"{own} imports {name}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.is_relative_to(ROOT / "kernels")], ids=lambda p: p.stem
)
def test_kernels_stand_on_each_other_in_order(path: Path) -> None:
    own = path.relative_to(ROOT / "kernels").with_suffix("").parts[0]
    if own == "__init__":
        return
    for name in imported(path):
        below = floor(name, KERNEL_FLOORS, 2)
        assert below is not None, f"{name} has no floor"
        assert KERNEL_FLOORS[below] == own or below < KERNEL_FLOORS.index(own), f"{own} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_code_from_strings_and_no_global_state(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "compile", "__import__"}, node.lineno
            if path.name != "cli.py" and path.parent.name != "examples":
                assert node.func.id != "print", node.lineno
        if isinstance(node, ast.Attribute):
            assert node.attr != "nan_to_num", node.lineno
            assert ast.unparse(node) not in {"jax.config.update", "sys.exit", "np.random.seed"}, node.lineno


def test_importing_a_fresh_jaxlens_loads_no_matplotlib_and_no_network() -> None:
    import subprocess
    import sys

    heavy = "('matplotlib', 'lenstronomy', 'torch', 'numpyro', 'blackjax')"
    code = f"import jaxlens, sys; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
