"""Whether the best of many is really the best: it and its rivals again, under fresh seeds."""
