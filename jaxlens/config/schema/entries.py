"""What stands under one key of a configuration file: its kind, legal values, default and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from jaxlens.config.quantities import ANY, Rule

# The kinds of values:
#     number    a number that may be drawn, linked or given by band, as `rule` says
#     constant  a plain number, the same for all systems
#     integer   a whole number, the same for all systems
#     text      a word, such as a name or a file
#     texts     a list of words, or one word
#     choice    one of `choices`
#     switch    true or false
#     array     a list of numbers, perhaps of lists
#     mapping   keys of its own, those of `inner`
#     any       something of which this table does not say more than its text
EntryKind = Literal[
    "number", "constant", "integer", "text", "texts", "choice", "switch", "array", "mapping", "any"
]
# The entries of a mapping by key; a key that ends in `_n` stands for `KEY_1`, `KEY_2`, and so on.
Entries = Mapping[str, "Entry"]


class Entry(NamedTuple):
    """One key of the file.

    Attributes:
        kind: what kind of value it has.
        text: what it is, in one sentence.
        unit: its unit; "" where it has none.
        default: its value where the file has none, as text; "" where there is no such value.
        required: whether the mapping must have it.
        rule: the legal values of a number.
        choices: the words of a choice.
        inner: the keys of a mapping, which has no others.
        free: the text about keys that the user chooses, in a mapping without `inner`.
        or_text: whether a text may stand in place of a mapping or a constant.
        least: the smallest integer.
        one_of: keys of which a mapping must have at least one.
    """

    kind: EntryKind
    text: str
    unit: str = ""
    default: str = ""
    required: bool = False
    rule: Rule = ANY
    choices: tuple[str, ...] = ()
    inner: Entries | None = None
    free: str = ""
    or_text: bool = False
    least: int = 0
    one_of: tuple[str, ...] = ()


def mapping(text: str, inner: Entries, required: bool = False, or_text: bool = False) -> Entry:
    """A mapping with these keys.

    Args:
        text: what it is.
        inner: its keys.
        required: whether there must be one.
        or_text: whether a text may stand in its place.
    """
    return Entry("mapping", text, required=required, inner=inner, or_text=or_text)


def choice(text: str, choices: tuple[str, ...], default: str = "") -> Entry:
    """One of several words, which must be there where it has no default.

    Args:
        text: what it decides.
        choices: the words.
        default: the word of a file without the key.
    """
    return Entry("choice", text, default=default, required=not default, choices=choices)
