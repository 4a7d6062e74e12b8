"""Runs the search's trials on Ray Tune. The only package that imports ray."""
