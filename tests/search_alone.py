"""For tests that are of the search: what comes after it has tests of its own."""

SEARCH_ALONE = ("confirm.top_k=0", "sweep.report=false", "sweep.picture=false")
