"""The commands of `hpo`, one a file. Each takes its arguments and a console, and returns the exit code."""
