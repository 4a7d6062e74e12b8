"""From Hydra's YAML and the command line to one typed, checked description of a sweep."""
