"""What goes in and out of the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hpo.control import Outcome
from hpo.results import State

MOST = 10**9
MOST_ITEMS = 1000  # Of a choice that is a list.
Name = Annotated[str, Field(max_length=100, description="Name of a sweep.")]
Scalar = float | int | bool | str | None
Value = Annotated[
    Scalar | Annotated[list[Scalar], Field(max_length=MOST_ITEMS)],
    Field(description="A value as the space has it; a choice may be a list, `true`, `false` or `null`."),
]
Amount = Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False)]
JobStateName = Literal["waiting", "running", "ended", "cancelled"]


class Input(BaseModel):
    """What is sent: nothing that is not known is taken."""

    model_config = ConfigDict(extra="forbid")


class SubmissionIn(Input):
    """A sweep to be planned or begun."""

    experiment: str | None = Field(None, max_length=100, description="A preset; see `GET /experiments`.")
    overrides: list[str] = Field(
        [], description="As on the command line, each as `train.epochs=3` or `model=tiny`; at most 200."
    )
    dry_run: bool = Field(False, description="Only check, and answer with the plan.")


class SpaceRow(BaseModel):
    """One dimension of a space, in words."""

    name: str
    kind: str
    extent: str
    scale: str
    condition: str


class Fact(BaseModel):
    """One fact of a plan, in words."""

    name: str
    text: str


class Plan(BaseModel):
    """What a sweep would do, checked."""

    name: str
    metric: str
    maximize: bool
    trials: int = Field(description="How many there will be at most.")
    facts: list[Fact]
    space: list[SpaceRow]
    fixed: dict[str, Any]
    slots: dict[str, Any] = Field(description="What one trial occupies, and how many run at once.")
    rows: dict[str, int] = Field(description="Rows of data by split.")
    overrides: list[str]
    warm_start: list[str]
    notes: list[str] = Field(description="What to know before starting.")


class Submission(BaseModel):
    """Something that was submitted: a sweep begun, resumed or extended."""

    id: int
    name: str = Field(description="Name of the sweep.")
    command: str = Field(description="`sweep`, `resume` or `extend`.")
    state: JobStateName
    position: int | None = Field(description="How many wait before it; null: it does not wait.")
    created_at: float = Field(description="Unix seconds, as all times here.")
    started_at: float | None
    ended_at: float | None
    code: int | None = Field(description="Exit code of its process: 0 done, 1 failed, 2 bad input, 130 left.")
    said: str = Field("", description="The end of what it printed; only where one is asked for.")
    plan: Plan | None = None


class Submissions(BaseModel):
    """A page of submissions, the newest first."""

    items: list[Submission]
    total: int
    offset: int
    limit: int


class Best(BaseModel):
    """The best trial so far."""

    number: int
    value: float | None


class SweepLine(BaseModel):
    """A sweep in the list."""

    name: str
    state: str = Field(description="`running`, `stopped`, `finished`, `failed`, `interrupted`.")
    metric: str
    maximize: bool
    counts: dict[State, int]
    trials: int | None = Field(description="Most trials of its budget.")
    best: Best | None
    spent_s: float
    started_at: float


class Sweeps(BaseModel):
    """A page of sweeps, the newest first."""

    items: list[SweepLine]
    total: int
    offset: int
    limit: int


class DriverInfo(BaseModel):
    """The process that drives a sweep."""

    host: str
    pid: int
    since: float


class SweepDetail(SweepLine):
    """One sweep."""

    driver: DriverInfo | None
    left_because: str
    stopped: str = Field(description="Why no further trial begins; empty: one may.")
    requests: int = Field(description="How many requests wait for a driver.")
    space: dict[str, Any]
    config: dict[str, Any]
    overrides: list[str]
    slots: dict[str, Any]
    data: dict[str, Any] | None
    confirmation: dict[str, Any] | None
    mlflow_run_id: str | None


class TrialLine(BaseModel):
    """A trial in the list."""

    number: int
    state: State
    cause: str | None
    value: float | None
    epochs: float
    steps: int
    params: dict[str, Any]
    started_at: float | None
    ended_at: float | None
    parent: int | None
    mlflow_run_id: str | None


class Trials(BaseModel):
    """A page of trials."""

    items: list[TrialLine]
    total: int
    offset: int
    limit: int


class Trial(TrialLine):
    """One trial."""

    reason: str
    value_epoch: float | None
    evaluations: list[dict[str, Any]]
    facts: dict[str, Any]
    attempts: list[dict[str, Any]]
    command: str = Field(description="Trains it again.")


class MomentInfo(BaseModel):
    """One decision about a trial."""

    trial: int
    what: str
    at: float
    epochs: float
    steps: int
    value: float | None
    reason: str
    numbers: dict[str, Any]


class Story(BaseModel):
    """Why a trial was proposed, paused, advanced, stopped."""

    items: list[MomentInfo]


class EnqueueIn(Input):
    """A configuration by hand."""

    params: dict[str, Value] = Field(max_length=500, description="One value for each dimension of the space.")


class CloneIn(Input):
    """A trial again, with other values."""

    changes: dict[str, Value] = Field({}, max_length=500, description="What is different.")
    warm: bool = Field(False, description="Begin with the trial's best weights.")


class ExtendIn(Input):
    """More budget."""

    trials: int = Field(0, ge=0, le=MOST, description="How many trials more.")
    hours: Amount = Field(0.0, description="How many hours more, from now on.")
    gpu_hours: Amount = Field(0.0, description="How many hours of GPUs more.")
    cpu_hours: Amount = Field(0.0, description="How many hours of CPUs more.")
    target: float | None = Field(None, allow_inf_nan=False, description="The value that is enough from now on.")


class AnswerInfo(BaseModel):
    """What came of an action."""

    outcome: Outcome
    text: str
    request: int | None = Field(default=None, description="Ask for it later at `/sweeps/{name}/requests/{request}`.")
    submission: Submission | None = Field(default=None, description="Where a process is started for it.")


class PresetInfo(BaseModel):
    """A whole sweep by one name."""

    name: str
    text: str


class GroupInfo(BaseModel):
    """A group of the config, with its options."""

    name: str
    text: str
    default: str
    options: list[str]


class Health(BaseModel):
    """That the server answers."""

    status: Literal["ok"] = "ok"
