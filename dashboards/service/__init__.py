"""The service: one server that shows sweeps, starts and steers them, for people and for programs."""
