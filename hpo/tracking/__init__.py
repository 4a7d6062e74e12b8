"""Shows the sweep in MLflow. The only package that imports mlflow; only the driver uses it."""

import os

# MLflow tells its makers what is used, from the moment it is imported on. Not from here, unless a person sets it so.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
