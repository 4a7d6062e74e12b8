"""Hydra config: data only. A package so that an installed `hpo` carries it."""
