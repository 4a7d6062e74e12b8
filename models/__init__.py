"""Fine-tuning of Transformers: data, tasks, tuning strategies, training, prediction. Needs nothing of the search."""
