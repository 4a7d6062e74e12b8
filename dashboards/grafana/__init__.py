"""Dashboards for Grafana and alert rules for Prometheus; the boards are written by `python -m dashboards.grafana`."""
