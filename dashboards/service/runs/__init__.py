"""Sweeps that the service starts: a queue on disk, and processes that outlive the server."""
