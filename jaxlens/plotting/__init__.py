"""Pictures of arrays and results, as matplotlib figures.

`images` draws images, `series` time series, `light_curves` what was measured in them, `system` a lens with
its critical curves and its source, `corner` draws corner plots, `fit` the result of a fit, and `lens_page`
that of a real lens; `figures`, `stretch`, `bands`, `labels` and `lensing` are helpers.
Every public function takes numpy arrays and tables, returns a matplotlib `Figure` and changes no global
state: show it in a notebook, or save it with `figure.savefig("name.png")`.  matplotlib is an
extra, `pip install "jaxlens-sim[plot]"`.

Nothing else of jaxlens is imported here, so that all other folders can import it, and no image is computed or
read.
"""
