"""The board of sweeps."""

from __future__ import annotations

from dashboards.grafana.board import STAT, TABLE, Board, Panel, Query, Variable

_MINE = '{sweep=~"$sweep"}'


def _number(title: str, expression: str, text: str, unit: str = "short") -> Panel:
    return Panel(title, (Query(expression),), text, unit, STAT, width=4, height=4)


SWEEPS = Board(
    uid="hpo-sweeps",
    title="Sweeps",
    text="Searches for the best configuration: progress, results, and what the compute was spent on.",
    variables=(Variable("sweep", "Sweep", "label_values(hpo_sweep_running, sweep)"),),
    panels=(
        _number("Running", "sum(hpo_sweep_running)", "Sweeps that a process drives now."),
        _number("Waiting", "hpo_queue_length", "Submissions that wait for their turn."),
        _number("Trials ended", f"sum(hpo_trials_ended_total{_MINE})", "Of the chosen sweeps."),
        _number(
            "Slots busy",
            f"sum(hpo_slots_busy{_MINE}) / sum(hpo_slots{_MINE} and on(sweep) hpo_sweep_running == 1)",
            "Share of the running sweeps' slots in which a trial runs.",
            "percentunit",
        ),
        _number("Ledger", "hpo_ledger_up", "1 when the ledger answers."),
        _number("Free disk", "hpo_disk_free_bytes", "Under the output folder.", "bytes"),
        Panel("Best value", (Query(f"hpo_best_value{_MINE}", "{{sweep}} {{metric}}"),), least=None),
        Panel(
            "Trials by state",
            (Query(f"sum by (sweep, state) (hpo_trials{_MINE})", "{{sweep}} {{state}}"),),
            "Waiting and paused ones are not in a slot.",
            stacked=True,
        ),
        Panel(
            "Slots",
            (Query(f"hpo_slots_busy{_MINE}", "{{sweep}} busy"), Query(f"hpo_slots{_MINE}", "{{sweep}} of")),
            "A gap between the two is compute that nobody uses.",
        ),
        Panel(
            "Evaluations a minute",
            (Query(f"60 * rate(hpo_evaluations_total{_MINE}[$__rate_interval])", "{{sweep}}"),),
            "0 for long in a sweep that runs: it hangs, or its epochs are long.",
        ),
        Panel(
            "Where the time goes",
            (Query(f"sum by (kind) (rate(hpo_seconds_total{_MINE}[$__rate_interval]))", "{{kind}}"),),
            "Seconds of each kind a second, over all slots: train and eval are the work, the rest is not.",
            stacked=True,
        ),
        Panel(
            "Trials ended in an hour, by cause",
            (Query(f"sum by (cause) (increase(hpo_trials_ended_total{_MINE}[1h]))", "{{cause}}"),),
            "error and lost say nothing of a configuration; diverged and out_of_memory do.",
            stacked=True,
        ),
        Panel(
            "Since the newest event",
            (
                Query(
                    f"(time() - hpo_newest_event_timestamp_seconds{_MINE}) and on(sweep) hpo_sweep_running == 1",
                    "{{sweep}}",
                ),
            ),
            "Of the sweeps that run: a trial began, was evaluated, or ended.",
            "s",
        ),
        Panel(
            "States",
            (Query(f"hpo_sweep_state{_MINE}"),),
            "interrupted: the process that drove the sweep is gone without a word.",
            kind=TABLE,
        ),
    ),
)
