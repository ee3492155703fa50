"""JSON Schemas of single values: numbers, distributions, links, words, and mappings with given keys."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from jaxlens.config.links.reading import PLUS, RELATION, SAME_AS, SCATTER, TIMES
from jaxlens.config.quantities import NOT_NEGATIVE, Rule
from jaxlens.config.sections import INPUT
from jaxlens.config.survey_draws import COADDED, YEARS
from jaxlens.config.surveys import survey_distributions
from jaxlens.distributions import DISTRIBUTIONS, USER_DISTRIBUTIONS, parameter_defaults, parameter_names
from jaxlens.kernels.relations import RELATIONS

# A JSON Schema, or a part of one.
Schema = dict[str, Any]

# A number in quotes, or one such as 1e-3, which YAML 1.1 reads as a text.
NUMBER_TEXT: Schema = {
    "type": "string",
    "pattern": r"^\s*[-+]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$",
}
# A word; numbers and dates may be names.
TEXT: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": r"^(?!\s*([Nn][Oo][Nn][Ee]|[Nn][Uu][Ll][Ll])\s*$).*\S",
}
# What stands for no value.
NOTHING: Schema = {
    "anyOf": [{"type": "null"}, {"type": "string", "pattern": r"^\s*([Nn][Oo][Nn][Ee]|[Nn][Uu][Ll][Ll])\s*$"}]
}
TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
NUMBERS: Schema = {"type": "array", "items": {"$ref": "#/$defs/constant"}, "minItems": 1}
_BOUND: Schema = {"anyOf": [{"$ref": "#/$defs/constant"}, {"$ref": "#/$defs/nothing"}, {"type": "number"}]}
TRUNCATE: Schema = {"type": "array", "items": _BOUND, "minItems": 2, "maxItems": 2}


_REFERENCES = "#/$defs"


def reference(name: str) -> Schema:
    """The schema of that name under `$defs`."""
    return {"$ref": f"{_REFERENCES}/{name}"}


def optional(schema: Schema) -> Schema:
    """The schema of a value that may also be empty or the word None."""
    return {"anyOf": [schema, reference("nothing")]}


def section(
    properties: Mapping[str, Schema],
    required: Collection[str] = (),
    patterns: Mapping[str, Schema] | None = None,
) -> Schema:
    """The schema of a mapping with these keys and no others, but INPUT, whose file may have any of them.

    Args:
        properties: key -> schema of its value.
        required: the keys that the mapping must have, unless it has INPUT.
        patterns: regular expression of keys -> schema of their values.
    """
    found: Schema = {
        "type": "object",
        "properties": {
            **properties,
            INPUT: {"type": "string", "description": "A YAML file whose keys are added."},
        },
        "additionalProperties": False,
    }
    if patterns:
        found["patternProperties"] = dict(patterns)
    if required:
        found["anyOf"] = [{"required": sorted(required)}, {"required": [INPUT]}]
    return found


def needing(keys: Collection[str]) -> Schema:
    """The schema of a value that, where it is a mapping without INPUT, has these keys."""
    return {"anyOf": [{"not": {"type": "object"}}, {"required": [INPUT]}, {"required": sorted(keys)}]}


def bounded(rule: Rule, whole: bool = False) -> Schema:
    """The schema of a plain number with the legal values of a rule."""
    found: Schema = {"type": "integer" if whole or rule.whole else "number"}
    if math.isfinite(rule.low):
        found["exclusiveMinimum" if rule.open else "minimum"] = rule.low
    if math.isfinite(rule.high):
        found["exclusiveMaximum" if rule.open and not rule.high_is_legal else "maximum"] = rule.high
    return {"anyOf": [found, reference("number_text")]}


def number(rule: Rule) -> Schema:
    """The schema of a number with this rule, which is one of `number_definitions`."""
    return reference(_name(rule))


def number_definitions(rules: Iterable[Rule]) -> dict[str, Schema]:
    """The schemas of numbers by rule: they may be drawn or linked, and by band where the rule says so."""
    return {_name(rule): _number(rule) for rule in rules}


def _name(rule: Rule) -> str:
    """The name of the schema of numbers with a rule, such as `number_above_0_by_band`."""
    ends = [f"{'above' if rule.open else 'from'}_{rule.low:g}"] if math.isfinite(rule.low) else []
    is_open = rule.open and not rule.high_is_legal
    ends += [f"{'below' if is_open else 'to'}_{rule.high:g}"] if math.isfinite(rule.high) else []
    words = ["whole"] * rule.whole + ["number", *ends] + ["by_band"] * rule.by_band
    return "_".join(words)


def _number(rule: Rule) -> Schema:
    one = [*bounded(rule)["anyOf"], reference("distribution"), reference("link")]
    include = section({}, [INPUT])
    if not rule.by_band:
        return {"anyOf": [*one, include]}
    words = ("DISTRIBUTION", SAME_AS, RELATION, "NAME", "PARAMETERS")
    by_band: Schema = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"not": {"enum": list(words)}},
        "additionalProperties": {"anyOf": [*one, {"type": "string", "pattern": r"\.ya?ml$"}]},
    }
    return {"anyOf": [*one, by_band]}


def definitions() -> dict[str, Schema]:
    """The schemas to which those of numbers refer: constant, distribution, link."""
    part = {"anyOf": [reference("constant"), reference("distribution")]}
    link = section(
        {
            SAME_AS: {**TEXT, "description": "The name of the number that it is the same as."},
            TIMES: {**part, "description": "A factor."},
            PLUS: {**part, "description": "What is added."},
            SCATTER: {
                "anyOf": [*bounded(NOT_NEGATIVE)["anyOf"], reference("distribution")],
                "description": "The standard deviation about it.",
            },
            "TRUNCATE": TRUNCATE,
            RELATION: _relation(),
        }
    )
    return {
        "nothing": NOTHING,
        "number_text": NUMBER_TEXT,
        "constant": {"anyOf": [{"type": "number"}, NUMBER_TEXT]},
        "distribution": section({"DISTRIBUTION": _distribution()}, ["DISTRIBUTION"]),
        "link": {**link, "oneOf": [{"required": [SAME_AS]}, {"required": [RELATION]}]},
    }


def when(key: str, words: Collection[str], then: Schema) -> Schema:
    """The condition that a mapping whose `key` is one of some words has a schema.

    Args:
        key: the key.
        words: the words.
        then: the schema.
    """
    is_one: Schema = {"properties": {key: {"enum": sorted(words)}}, "required": [key]}
    return {"if": is_one, "then": then}


def _distribution() -> Schema:
    """The mapping under DISTRIBUTION."""
    names = [*sorted(DISTRIBUTIONS), *survey_distributions(), *sorted(USER_DISTRIBUTIONS)]
    constant = reference("constant")
    surveys = [
        when("NAME", [name], {"properties": {"PARAMETERS": optional(section({}))}})
        for name in survey_distributions()
        if name != COADDED
    ]
    years = {"PARAMETERS": optional(section({YEARS: constant}))}
    conditions = [*surveys, when("NAME", [COADDED], {"properties": years})]
    for name in sorted(DISTRIBUTIONS):
        keys, defaults, lists = parameter_names(name), parameter_defaults(name), DISTRIBUTIONS[name].lists
        own = section(
            {key: NUMBERS if key in lists else {"$ref": "#/$defs/constant"} for key in keys},
            [key for key in keys if key not in defaults],
        )
        needed = any(key not in defaults for key in keys)
        then: Schema = {"properties": {"PARAMETERS": own if needed else optional(own)}}
        if needed:
            then["anyOf"] = [{"required": ["PARAMETERS"]}, {"required": [INPUT]}]
        conditions.append(when("NAME", [name], then))
    found = section(
        {
            "NAME": {"enum": names, "description": "The name of a distribution."},
            "PARAMETERS": {"description": "The parameters of the distribution."},
            "TRUNCATE": {**optional(TRUNCATE), "description": "The ends between which it is drawn."},
        },
        ["NAME"],
    )
    return {**found, "allOf": conditions}


def _relation() -> Schema:
    """The mapping under RELATION."""
    argument = {
        "anyOf": [
            {"$ref": "#/$defs/constant"},
            reference("distribution"),
            reference("link"),
        ]
    }
    conditions = []
    for name, relation in sorted(RELATIONS.items()):
        needed = [key for key, default in relation.parameters.items() if default is None]
        own = section(
            {key: argument if key in needed else optional(argument) for key in relation.parameters}, needed
        )
        conditions.append(
            when("NAME", [name], {"properties": {"PARAMETERS": own if needed else optional(own)}})
        )
    found = section(
        {
            "NAME": {"enum": sorted(RELATIONS), "description": "The name of a relation."},
            "PARAMETERS": {"description": "The arguments of the relation: numbers, distributions or links."},
        },
        ["NAME"],
    )
    return {**found, "allOf": conditions}
