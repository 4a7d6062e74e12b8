"""What a person looks at: figures, report, web pages, Prometheus and Grafana."""
