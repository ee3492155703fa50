"""What other packages say, made by `validation.haloes.make_references`; nothing here imports jax."""
