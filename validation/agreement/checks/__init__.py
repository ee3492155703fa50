"""The comparisons: a module a topic, each with `check(quick) -> Findings`, run in jax's present precision.

They read the frozen numbers and need neither lenstronomy nor mpmath.
"""
