"""The plain recipe: Ray Tune, Hugging Face Trainer and MLflow, glued as their documentation shows.

A function trainable with one CPU a trial (so Ray sets one OpenMP thread), a padding collator, an evaluation each epoch
reported to Tune by a Trainer callback, and MLflowLoggerCallback. It saves no checkpoints, which is in its favour.

    python -m bench.peers.plain_recipe --job job.json

The job: `model` (folder), `train`, `validation` (JSON lines with `text` and `label`), `max_length`, `epochs`,
`configurations` (a list of learning_rate, warmup_fraction, batch_size), `out` (folder). Writes `out/result.json`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)


class Report(TrainerCallback):
    """Passes each evaluation to Tune."""

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any) -> None:
        """One report an evaluation."""
        tune.report({"accuracy": metrics["eval_accuracy"], "loss": metrics["eval_loss"], "epoch": state.epoch})


def accuracy(prediction: Any) -> dict[str, float]:
    """Share of right labels."""
    return {"accuracy": float((np.argmax(prediction.predictions, axis=-1) == prediction.label_ids).mean())}


def train_one(config: dict[str, Any]) -> None:
    """One trial."""
    job, given = config["job"], config["configuration"]
    tokenizer = AutoTokenizer.from_pretrained(job["model"])

    def tokenized(path: str) -> Dataset:
        rows = Dataset.from_list([json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()])
        return rows.map(lambda r: tokenizer(r["text"], truncation=True, max_length=job["max_length"]), batched=True)

    model = AutoModelForSequenceClassification.from_pretrained(job["model"], num_labels=2)
    arguments = TrainingArguments(
        output_dir=".",
        num_train_epochs=job["epochs"],
        per_device_train_batch_size=given["batch_size"],
        per_device_eval_batch_size=64,
        learning_rate=given["learning_rate"],
        warmup_steps=given["warmup_fraction"],  # below 1: the share of all steps
        weight_decay=0.01,
        eval_strategy="epoch",
        save_strategy="no",
        logging_strategy="epoch",
        report_to=[],
        disable_tqdm=True,
        seed=42,
    )
    Trainer(
        model=model,
        args=arguments,
        train_dataset=tokenized(job["train"]),
        eval_dataset=tokenized(job["validation"]),
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=accuracy,
        callbacks=[Report()],
    ).train()


def main() -> None:
    """Run the job's configurations as one Tune experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--job", type=Path, required=True)
    job = json.loads(parser.parse_args().job.read_text())
    out = Path(job["out"]).resolve()
    begin = time.time()
    logger = MLflowLoggerCallback(tracking_uri=f"sqlite:///{out / 'mlflow.db'}", experiment_name="plain")
    tuner = tune.Tuner(
        tune.with_resources(train_one, {"cpu": 1}),
        param_space={"job": job, "configuration": tune.grid_search(job["configurations"])},
        run_config=tune.RunConfig(name="plain", storage_path=str(out), callbacks=[logger]),
    )
    values = []
    for result in tuner.fit():
        if result.error is not None:
            raise result.error
        values.append(float(result.metrics_dataframe["accuracy"].max()))
    (out / "result.json").write_text(json.dumps({"values": values, "seconds_inside": time.time() - begin}))


if __name__ == "__main__":
    main()
