"""What a person sees in the browser: server-rendered pages over `hpo.results`, with small scripts of their own."""
