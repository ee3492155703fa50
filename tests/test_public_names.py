"""The public names are imported when they are used, and are what type checkers take them for."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest

import jaxlens

SOURCE = Path(jaxlens.__file__)


def imports_for_type_checkers() -> dict[str, str]:
    """The module of each name that a type checker sees imported, without `jaxlens.`."""
    (block,) = (
        node
        for node in ast.parse(SOURCE.read_text()).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    found: dict[str, str] = {}
    for node in block.body:
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name: str(node.module).removeprefix("jaxlens.") for alias in node.names}
    return found


def test_type_checkers_and_users_get_the_same_names() -> None:
    assert imports_for_type_checkers() == jaxlens._MODULES
    assert sorted([*jaxlens._MODULES, "__version__"]) == jaxlens.__all__
    for name in jaxlens.__all__:
        assert getattr(jaxlens, name) is not None


def test_folders_are_attributes() -> None:
    folders = {path.parent.name for path in SOURCE.parent.glob("*/__init__.py")}
    assert set(jaxlens._FOLDERS) == folders - {"cli", "examples"}
    for name in jaxlens._FOLDERS:
        assert getattr(jaxlens, name).__name__ == f"jaxlens.{name}"
    assert callable(jaxlens.kernels.lensing.rays.shoot), "and what is in them"
    assert set(dir(jaxlens)) >= {*jaxlens.__all__, *jaxlens._FOLDERS, "__file__"}


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'jaxlens' has no attribute 'make_datset'"):
        jaxlens.make_datset  # noqa: B018
    with pytest.raises(ImportError, match="make_datset"):
        from jaxlens import make_datset  # noqa: F401


def test_the_library_logs_nothing_of_its_own_accord() -> None:
    handlers = logging.getLogger("jaxlens").handlers
    assert [type(handler) for handler in handlers] == [logging.NullHandler]
