"""A Ray cluster of several processes on this machine, and how a driver gets at any cluster. Never imports Ray."""

from hpo.cluster.access import Access, access
from hpo.cluster.down import end_cluster
from hpo.cluster.record import ClusterRecord, NodeProcess, read_record
from hpo.cluster.up import OBJECT_STORE_BYTES, begin_cluster

__all__ = [
    "OBJECT_STORE_BYTES",
    "Access",
    "ClusterRecord",
    "NodeProcess",
    "access",
    "begin_cluster",
    "end_cluster",
    "read_record",
]
