"""The folder or object store where the trials of a cluster keep what must outlive their node."""
