"""What a model can learn to do: one file a task, one seam (`Task`) between tasks and the training."""

from models.spec import DataSpec
from models.tasks.base import Criterion, Task
from models.tasks.rows import Rows
from models.tasks.saved import Card, Saved
from models.tasks.text_classification import TextClassification

TASKS: dict[str, Task] = {task.name: task for task in (TextClassification(),)}


def task_for(data: DataSpec) -> Task:
    """The task that the data is for."""
    return TASKS[data.task]


__all__ = ["TASKS", "Card", "Criterion", "Rows", "Saved", "Task", "TextClassification", "task_for"]
