"""Pages of the reference that are made of the code, so that they cannot go stale."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from jaxlens.cli import _parser
from jaxlens.cli.packaged_files import format_entry
from jaxlens.config import example_path, examples
from jaxlens.config.schema.listing import Key, keys
from jaxlens.config.surveys import survey_path, surveys
from jaxlens.distributions import DISTRIBUTIONS, parameter_defaults, parameter_names

MADE = "% made by docs/generated_pages.py\n\n"


def write(docs: Path) -> None:
    """Write the pages into `docs`/reference/generated; a page that is the same is left alone."""
    folder = docs / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = folder / f"{name}.md"
        text = MADE + text.rstrip() + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """The text of each page by its name."""
    return {
        "keys": "\n".join(file_keys()),
        "profile_keys": "\n".join(profile_keys()),
        "command_line": "\n".join(command_line()),
        "distributions": "\n".join(distributions()),
        "surveys": "\n".join(survey_presets()),
        "packaged_files": "\n".join(packaged_files()),
    }


def file_keys() -> Iterator[str]:
    """Every key but those of profiles, a table for each section, from the tables of the reader."""
    yield "# Every key of the file\n"
    yield (
        "`_n` stands for any number. A number may be a constant, a DISTRIBUTION or a link, and where it says "
        "so a mapping by band ([the language](../language.md)). Keys in bold must be there. "
        "`jaxlens schema` writes the same tables as a JSON Schema, by which editors complete a file. "
        "The parameters of profiles are on [a page of their own](profile_keys.md).\n"
    )
    found = [key for key in keys() if "(" not in key.path]
    for section in dict.fromkeys(key.path.split(".")[0] for key in found):
        inner = [key for key in found if key.path.split(".")[0] == section]
        yield f"## {section}\n\n{inner[0].text}\n"
        rows = [_key_row(key.path.removeprefix(f"{section}."), key) for key in inner[1:]]
        yield "\n".join([_KEY_HEAD, *rows]) + "\n"


def profile_keys() -> Iterator[str]:
    """The parameters of each profile, a table for light and one for mass."""
    yield "# Keys of profiles\n"
    yield "What stands under PARAMETERS of a profile; see [the profiles](../../profiles.md) for equations.\n"
    for kind in ("LIGHT_PROFILE", "MASS_PROFILE"):
        yield f"## {kind}_n\n"
        rows = []
        for key in keys():
            found = re.search(rf"{kind}_n\.PARAMETERS \((\w+)\)\.(.*)", key.path)
            if found:
                rows.append(f"| {found[1]} " + _key_row(found[2], key))
        yield (
            "\n".join(["| profile " + _KEY_HEAD.split("\n")[0], "|---" + _KEY_HEAD.split("\n")[1], *rows])
            + "\n"
        )


_KEY_HEAD = "| key | what may stand there | default | unit | what it is |\n|---|---|---|---|---|"


def _key_row(name: str, key: Key) -> str:
    written = f"**`{name}`**" if key.required else f"`{name}`"
    cells = (written, key.type, key.default, key.unit, key.text)
    return "| " + " | ".join(one.replace("|", "\\|").replace("\n", " ") for one in cells) + " |"


def command_line() -> Iterator[str]:
    """Each command with its arguments, from the parsers that read them."""
    yield "# The command line\n"
    yield "`jaxlens COMMAND --help` prints the same. Exit codes: 0, 1 after a message, 2 for wrong arguments."
    for words in ([], ["fit", "--config=x"]):
        parser = _parser(words)
        (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
        for name, command in commands.choices.items():
            title = f"{name} ... --config" if words else name
            yield f"\n## `jaxlens {title}`\n\n{_sentence(command.description or '')}\n"
            usage = command.format_usage().removeprefix("usage: ")
            yield f"```text\n{usage.rstrip()}\n```\n"
            rows = [_argument(action) for action in command._actions if action.help != argparse.SUPPRESS]
            yield "\n".join(["| argument | meaning |", "|---|---|", *filter(None, rows)])


def _argument(action: argparse.Action) -> str:
    if isinstance(action, argparse._HelpAction):
        return ""
    named = ", ".join(action.option_strings)
    metavar = action.metavar if isinstance(action.metavar, str) else None
    value = metavar or ("" if action.nargs == 0 else action.dest.upper())
    if action.choices is not None and metavar is None:
        value = "{" + ", ".join(map(str, action.choices)) + "}"
    told = (action.help or "") % vars(action) if "%(" in (action.help or "") else (action.help or "")
    default = action.default
    if default not in (None, False, argparse.SUPPRESS, [], ()) and "default" not in told:
        told += f" (default: {default})"
    return f"| `{' '.join(filter(None, (named, value)))}` | {told.replace('|', chr(92) + '|')} |"


def distributions() -> Iterator[str]:
    """Each distribution that a file may name: its parameters and its docstring."""
    yield "# Distributions\n"
    yield (
        "What stands as NAME of a DISTRIBUTION. TRUNCATE keeps the draws of any of them in an interval; "
        "[the language](../language.md) shows how they are written, and [populations of galaxies]"
        "(../../populations_of_galaxies.md) which of them describe galaxies. Distributions of your own: "
        "[a tutorial](../../tutorials/own_profiles_and_distributions.md).\n"
    )
    for name, kind in sorted(DISTRIBUTIONS.items()):
        defaults = parameter_defaults(name)
        written = [f"{one}: {defaults[one]}" if one in defaults else one for one in parameter_names(name)]
        yield f"## `{name}`\n\nParameters: {', '.join(f'`{one}`' for one in written) or 'none'}.\n"
        yield f"```text\n{_doc(kind)}\n```\n"


def survey_presets() -> Iterator[str]:
    """Each survey with its sources and its file."""
    yield "# Surveys\n"
    yield (
        "`jaxlens generate FILE --survey NAME` and `survey=NAME` in Python take IMAGE and SURVEY from these "
        "files; `jaxlens surveys --copy-to .` copies them. What is said of each says where its "
        "numbers are from.\n"
    )
    for name in surveys():
        lines = survey_path(name).read_text(encoding="utf-8").splitlines()
        head = [line.removeprefix("#").strip() for line in lines[: _first_code(lines)]]
        yield f"## `{name}`\n\n{' '.join(head)}\n"
        yield "```yaml\n" + "\n".join(lines[_first_code(lines) :]).rstrip() + "\n```\n"


def packaged_files() -> Iterator[str]:
    """The configurations that are packaged, with what they are."""
    yield "# Packaged configurations\n"
    yield (
        "`jaxlens generate NAME` makes a dataset of one, `jaxlens.Simulator(NAME)` is one in Python, "
        "`jaxlens examples NAME --copy-to .` copies it to begin a file of your own.\n"
    )
    rows = []
    for name, text in examples().items():
        told = re.sub(r"\s+", " ", format_entry(name, text)).strip().removeprefix(name).strip()
        rows.append(f"| `{name}` | {told} |")
    yield "\n".join(["| name | what it has |", "|---|---|", *rows])
    yield "\n## `galaxy_galaxy`, the whole file\n"
    yield f"```yaml\n{example_path('galaxy_galaxy').read_text(encoding='utf-8').rstrip()}\n```"


def _first_code(lines: list[str]) -> int:
    return next(i for i, line in enumerate(lines) if line.strip() and not line.startswith("#"))


def _doc(kind: type) -> str:
    text = inspect.getdoc(kind) or ""
    return text.split("\n>>>")[0].split("\n\n>>>")[0].rstrip()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
