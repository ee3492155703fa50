"""The values of the words of a file: which are numbers, and which no file should have.

The rules are those of YAML 1.1 as PyYAML has them, except that `1e-3` is a number.
"""

from __future__ import annotations

import re

import yaml

# What the names of YAML's tags start with.
PREFIX = "tag:yaml.org,2002:"
# The largest number of characters of a number: reading a long number in base 60 takes the square of its
# length, and float64 has 17 digits.
MAX_NUMBER_LENGTH = 100
# The largest number in single precision.
LARGEST = 3.4028234663852886e38
# The smallest number above zero in single precision; programs take smaller ones for zero.
SMALLEST = 1.1754943508222875e-38

_TEXT_TAGS = {PREFIX + name for name in ("str", "timestamp", "value")}
_NUMBER_TAGS = {PREFIX + name for name in ("int", "float")}
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
# Control characters except for tab and the ends of lines, and halves of a character of UTF-16.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_SAFE = yaml.constructor.SafeConstructor()
_CONSTRUCTORS = {
    PREFIX + "null": lambda node: None,
    PREFIX + "bool": _SAFE.construct_yaml_bool,
    PREFIX + "int": _SAFE.construct_yaml_int,
    PREFIX + "float": _SAFE.construct_yaml_float,
}


class IllegalScalar(ValueError):
    """A word that has no value; the message says why, and what would be right."""


def is_number(text: str) -> bool:
    """Whether a text without quotes is read as a number, which includes `1e-3`, unlike in YAML 1.1.

    >>> is_number("1e-3"), is_number("1.5e3"), is_number("1,5")
    (True, True, False)
    """
    return len(text) <= MAX_NUMBER_LENGTH and _NUMBER.fullmatch(text) is not None


def unprintable_problem(text: str) -> str:
    r"""The problem with a text that has NUL, another control character or half a character; "" without any.

    Neither files nor HDF5 can have such names.

    >>> unprintable_problem("a\0b")
    "has the character '\\x00', which no name can have; remove it"
    """
    match = _UNPRINTABLE.search(text)
    return f"has the character {match[0]!r}, which no name can have; remove it" if match else ""


def scalar_value(node: yaml.ScalarNode) -> str | float | bool | None:
    """The value of a word of a file.

    Args:
        node: PyYAML's node.

    Returns:
        A text, a number, a boolean, or None where the word stands for nothing.

    Raises:
        IllegalScalar: if it has a tag that is not YAML's own, cannot be read as its tag says, is a number of
            more than `MAX_NUMBER_LENGTH` characters, or has a character that no name can have.
    """
    problem = unprintable_problem(node.value)
    if problem:
        raise IllegalScalar(problem)
    if node.tag in _TEXT_TAGS:
        return float(node.value) if node.style is None and is_number(node.value) else node.value
    construct = _CONSTRUCTORS.get(node.tag)
    if construct is None:
        raise IllegalScalar(tag_problem(node))
    if node.tag in _NUMBER_TAGS and len(node.value) > MAX_NUMBER_LENGTH:
        finding = f"is a number of {len(node.value)} characters"
        raise IllegalScalar(f"{finding}; write it with at most {MAX_NUMBER_LENGTH}")
    try:
        return construct(node)
    except (ValueError, KeyError, IndexError):
        kind = node.tag.removeprefix(PREFIX)
        raise IllegalScalar(f"cannot be read as {kind}; write it without a tag") from None


def tag_problem(node: yaml.Node) -> str:
    """The problem with a tag that is not YAML's own."""
    return f"has the tag {node.tag.replace(PREFIX, '!!')}; write a plain value without a tag"
