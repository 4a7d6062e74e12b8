"""The board of Ray's nodes, and of what drivers tell through Ray."""

from __future__ import annotations

from dashboards.grafana.board import STAT, Board, Panel, Query, Variable

_HERE = '{ip=~"$node"}'
_THERE = '{NodeAddress=~"$node"}'


def _number(title: str, expression: str, text: str, unit: str = "short") -> Panel:
    return Panel(title, (Query(expression),), text, unit, STAT, width=6, height=4)


RAY = Board(
    uid="hpo-ray",
    title="Ray cluster",
    text="The nodes that sweeps run on. Ray tells these where it was installed with its dashboard: ray[default].",
    variables=(Variable("node", "Node", "label_values(ray_node_cpu_count, ip)"),),
    panels=(
        _number("Nodes", "count(ray_node_cpu_count)", "Alive, head included."),
        _number(
            "CPUs in use",
            'sum(ray_resources{Name="CPU",State="USED"}) / sum(ray_resources{Name="CPU"})',
            "Share of the cores that slots and other work hold.",
            "percentunit",
        ),
        _number("Trials in slots", "sum(ray_hpo_slots_busy)", "As the drivers say."),
        _number("Fullest disk", "max(ray_node_disk_utilization_percentage)", "Of all nodes.", "percent"),
        Panel("Best value", (Query("ray_hpo_best_value", "{{sweep}} {{metric}}"),), least=None),
        Panel(
            "Trials by state",
            (Query("sum by (sweep, state) (ray_hpo_trials)", "{{sweep}} {{state}}"),),
            stacked=True,
        ),
        Panel(
            "Where the time goes",
            (Query("sum by (sweep, kind) (deriv(ray_hpo_seconds[5m]))", "{{sweep}} {{kind}}"),),
            "Seconds of each kind a second, over all slots.",
            least=None,
        ),
        Panel("Evaluations", (Query("sum by (sweep) (ray_hpo_evaluations)", "{{sweep}}"),)),
        Panel("CPU", (Query(f"ray_node_cpu_utilization{_HERE}", "{{ip}}"),), unit="percent", most=100),
        Panel(
            "Memory",
            (Query(f"ray_node_mem_used{_HERE} / ray_node_mem_total{_HERE}", "{{ip}}"),),
            "Near 1, Ray kills the newest work.",
            "percentunit",
            most=1,
        ),
        Panel(
            "GPU",
            (Query(f"ray_node_gpus_utilization{_HERE}", "{{ip}} {{GpuIndex}}"),),
            unit="percent",
            most=100,
            gpu=True,
        ),
        Panel("GPU memory", (Query(f"ray_node_gram_used{_HERE}", "{{ip}} {{GpuIndex}}"),), unit="decmbytes", gpu=True),
        Panel("Disk", (Query(f"ray_node_disk_utilization_percentage{_HERE}", "{{ip}}"),), unit="percent", most=100),
        Panel(
            "Network",
            (
                Query(f"ray_node_network_receive_speed{_HERE}", "{{ip}} in"),
                Query(f"ray_node_network_send_speed{_HERE}", "{{ip}} out"),
            ),
            unit="Bps",
        ),
        Panel(
            "Memory by component",
            (Query(f"sum by (Component) (ray_component_rss_bytes{_HERE})", "{{Component}}"),),
            "Ray's own, and the trials' processes.",
            "bytes",
            stacked=True,
        ),
        Panel(
            "Object store",
            (Query(f"sum by (Location) (ray_object_store_memory{_THERE})", "{{Location}}"),),
            "Sweeps put next to nothing there; SPILLED is on the disk.",
            "bytes",
            stacked=True,
        ),
        Panel("Tasks by state", (Query(f"sum by (State) (ray_tasks{_THERE})", "{{State}}"),), stacked=True),
        Panel(
            "Tasks that fit nowhere",
            (Query(f"sum by (Reason) (ray_scheduler_unscheduleable_tasks{_THERE})", "{{Reason}}"),),
            "More than 0 for long: slots ask for more than a node has.",
        ),
    ),
)
