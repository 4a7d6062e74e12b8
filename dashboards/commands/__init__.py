"""Commands of `hpo` that show things; found by their entry points."""
