"""Agreement of jaxlens with lenstronomy, closed forms and central differences.

To find a comparison, look its topic up in `topics.TOPICS`; the comparison is the module of that name in
`checks`.

- `topics`: the list of topics, and for each the program that computes its reference values with lenstronomy.
- `references`: these reference values, frozen as HDF5 files, and their reader.
- `checks`: one module a topic with `check(quick)`, which compares jaxlens with the reference values.
- `analytic`: known answers and relations that `checks.analytic` uses.
- `gradients`: derivatives and central differences that `checks.gradients` uses.
- `exact`: lensing computed independently of jaxlens to many digits, for reference values.
- `inputs`: configurations, parameters and points at which comparisons are made.
- `reporting`: rows, figures and the report of `python -m validation`.

Only `topics` and `exact` may import lenstronomy; `checks` and what they use run without it.
"""
