"""The search: config, space, samplers, schedulers, ledger, Ray Tune, MLflow, results, command line."""
