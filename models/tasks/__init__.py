"""What a model can learn to do: one file a task, one seam (`Task`) between tasks and the training."""

from models.spec import DataSpec
from models.tasks.base import Criterion, EvalSet, Task, goal_of
from models.tasks.card import Card, data_settings
from models.tasks.language_modeling import LanguageModeling
from models.tasks.multi_label_classification import MultiLabelClassification
from models.tasks.multi_task import MultiTask
from models.tasks.question_answering import QuestionAnswering
from models.tasks.regression import Regression
from models.tasks.rows import Rows
from models.tasks.saved import Saved
from models.tasks.summarization import Summarization
from models.tasks.text_classification import TextClassification
from models.tasks.token_classification import TokenClassification
from models.tasks.translation import Translation

_SINGLE: tuple[Task, ...] = (
    TextClassification(),
    MultiLabelClassification(),
    Regression(),
    TokenClassification(),
    QuestionAnswering(),
    Translation(),
    Summarization(),
    LanguageModeling(),
)
TASKS: dict[str, Task] = {task.name: task for task in (*_SINGLE, MultiTask(_SINGLE))}


def task_for(data: DataSpec) -> Task:
    """The task that the data is for."""
    return TASKS[data.task]


__all__ = [
    "TASKS",
    "Card",
    "Criterion",
    "EvalSet",
    "Rows",
    "Saved",
    "Task",
    "data_settings",
    "goal_of",
    "task_for",
]
