"""A population's checkpoints and courses: what lets a trial go on with another one's weights."""
