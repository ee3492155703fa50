"""Sphinx: `sphinx-build -W -j 2 docs docs/_build/html`.  It downloads nothing.

Pages that begin with `file_format: mystnb` are notebooks, which are executed while the site is built; an
exception in a cell is an error of the build.  `generated_pages` writes the pages that are made of the code.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import make_refnode

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import generated_pages  # noqa: E402

from validation.quick_compilation import quick_compilation  # noqa: E402

project = "jaxlens"
author = "The jaxlens developers"
copyright = author
release = importlib.metadata.version("jaxlens-sim")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "_templates", "_parts"]
templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["jaxlens.css"]
html_theme_options = {
    "icon_links": [
        {"name": "GitHub", "url": "https://github.com/jaxlens/jaxlens", "icon": "fa-brands fa-github"}
    ],
    "header_links_before_dropdown": 7,
    "show_prev_next": False,
}
# pages without others in their section
html_sidebars = {page: [] for page in ("start", "from_deeplenstronomy", "gallery", "faq", "changelog")}
html_show_sphinx = False

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
nb_execution_raise_on_error = True
nb_execution_timeout = 3600
nb_execution_in_temp = True
nb_merge_streams = True
# The notebooks share compiled programs, which are made with less optimisation: they run for milliseconds.
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
os.environ.setdefault("PYTHONWARNINGS", "ignore:IProgress not found")
os.environ.setdefault("XLA_FLAGS", quick_compilation())
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(HERE / "_build" / "programs"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
# `jaxlens` of the environment that builds
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# shapes and units stand in the text, so types are as they are written
autodoc_type_aliases = {name: name for name in ("ArrayLike", "Params", "Real", "Tangent")}
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
# a short name that several modules have links to the first
suppress_warnings = ["ref.python"]
default_role = "code_or_object"

_NAME = re.compile(r"[A-Za-z_][\w.]*(\(\))?")
_BACKTICKS = re.compile(r"(`[^`]*`)")
# what reStructuredText would take for emphasis, substitutions and references
_MARKUP = re.compile(r"[*|\\]|(?<=\w)_(?!\w)")
_SECTION = re.compile(r"\w[\w ]*:$")
_RETURNS = re.compile(r"^Returns:\n((?:    .*\n|\n)+)", re.MULTILINE)


class CodeOrObject(SphinxRole):
    """Single backticks: a link where the text is the name of a documented object, else code."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        text = nodes.literal(self.rawtext, self.text, classes=["xref", "py", "py-obj"])
        if not _NAME.fullmatch(self.text):
            return [text], []
        where = {f"py:{key}": self.env.ref_context.get(f"py:{key}") for key in ("module", "class")}
        target = self.text.removesuffix("()")
        xref = addnodes.pending_xref(
            self.rawtext,
            text,
            refdomain="py",
            reftype="obj",
            reftarget=target,
            refdoc=self.env.docname,
            **where,
        )
        return [xref], []


def public_name(
    app: Sphinx, env: Any, node: addnodes.pending_xref, text: nodes.Element
) -> nodes.Element | None:
    """The public object that a name without `jaxlens.` means: `fit`, `Simulator.render`, `sim.render`."""
    name = re.sub(r"^sim\.", "Simulator.", str(node.get("reftarget")))
    found = env.get_domain("py").objects.get(f"jaxlens.{name}")
    if node.get("refdomain") != "py" or found is None:
        return None
    return make_refnode(app.builder, node["refdoc"], found.docname, found.node_id, text, name)


def plain_text(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Let a docstring be plain text: an indented paragraph is an equation or code, and `*`, `|` are text."""
    found: list[str] = []
    in_block, in_section, opened = False, False, False
    text = _RETURNS.sub(_several_values, "\n".join([*lines, ""]))
    for previous, line in pairwise(["", *text.splitlines()]):
        indented = line.startswith("    ")
        if line.strip() and not indented:
            in_block, in_section, opened = False, bool(_SECTION.fullmatch(line)), line.endswith("::")
        elif indented and not previous.strip() and not (in_section or in_block):
            in_block = True
            found += [] if opened else ["::", ""]
        doctest = line.lstrip().startswith((">>> ", "... "))
        found.append(line if in_block or doctest else _escaped(line))
    # napoleon takes the words before a property's first colon for its type
    lines[:] = ["", *found] if what in ("property", "attribute") else found


def _several_values(returns: re.Match[str]) -> str:
    """A section Returns with several named values as a list; napoleon expects one value."""
    if len(re.findall(r"^    \w+: ", returns[1], re.MULTILINE)) < 2:
        return returns[0]
    hanging = re.sub(r"^ {8}", "      ", returns[1], flags=re.MULTILINE)
    return ":returns:\n" + re.sub(r"^    (\w+: )", r"    - \1", hanging, flags=re.MULTILINE)


def _escaped(line: str) -> str:
    parts = _BACKTICKS.split(line)
    return "".join(part if part.startswith("`") else _MARKUP.sub(r"\\\g<0>", part) for part in parts)


def setup(app: Sphinx) -> None:
    app.add_role("code_or_object", CodeOrObject())
    app.connect("builder-inited", lambda app: generated_pages.write(HERE))
    app.connect("missing-reference", public_name)
    # before napoleon
    app.connect("autodoc-process-docstring", plain_text, priority=100)
