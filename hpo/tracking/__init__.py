"""Shows the sweep in MLflow. The only package that imports mlflow; only the driver uses it."""
