"""Checks that jaxlens is right, and measurements of how fast it is.

- `agreement`: comparisons with lenstronomy, closed forms and central differences: `python -m validation`.
- `recovery`: simulated lenses and populations fitted again: `python -m validation.recovery`.
- `speed`: jaxlens beside other packages on the same work: `python -m validation.speed`.
- `results`: the measurements that the documentation quotes, as JSON.
- `surveys`: every packaged file with every survey.
- `quick_compilation`: flags with which XLA compiles tests and documentation quickly.
- `compare_checkouts`: a comparison of the outputs before and after a change of the code.

Nothing in `jaxlens` imports from here.  Frozen reference values are read without lenstronomy; whatever calls
lenstronomy needs the extra `validation` (`pip install "jaxlens-sim[validation]"`).
"""
