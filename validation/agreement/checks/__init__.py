"""The comparisons: a module a topic, with `check(quick) -> Findings`, run in jax's present precision.

They read the frozen reference values and need neither lenstronomy nor mpmath.  `whole_images` is shared by
the topics `scenes` and `supersampling`, and `solved_images` belongs to `positions`.
"""
