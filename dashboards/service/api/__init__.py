"""REST under /api/v1: what the pages and other programs use alike."""
