"""jaxlens beside other packages on the same work, measured in one run: `python -m validation.speed`.

- `workloads`, `names`: the systems that every package renders, and their parameters by name.
- `ours`, `with_lenstronomy`, `with_jaxtronomy`, `with_caustics`: the tasks of each package.
- `series`: time series, and the parts of one.
- `groups`: which tasks belong to which workload.  `stages`: the parts of one workload.
- `timing`, `processes`, `machine`: measuring; `targets`, `table`: ratios and the report.
- `profiles`: single profiles beside JAXtronomy, `python -m validation.speed.profiles`.
- `fits`: fits of mock lenses, `python -m validation.speed.fits`.
- `gpu`: programs compiled for an H100 that is not there, `python -m validation.speed.gpu`; by `gpu_programs`,
  `compiled`, `hlo`, `hlo_text`, `hlo_work` and `bounds`.
- `training_reads`, `training_sets`: batches simulated or read from files, for a training loop.

Results that the documentation quotes are in `validation/results`.  Whether images are right is the subject of
`validation.agreement`.
"""
