import pytest

from hpo.config.schema import SlotsSpec
from hpo.slots import Machine, Slots, resolve_slots
from models.spec import Device

LAPTOP = Machine(cpus=8, gpus=0, memory_gib=16)
SERVER = Machine(cpus=32, gpus=4, memory_gib=256)


@pytest.mark.parametrize(
    ("machine", "spec", "slots"),
    [
        (LAPTOP, SlotsSpec(), Slots(1, 0, None, 8)),
        (LAPTOP, SlotsSpec(cpus=3), Slots(3, 0, None, 2)),
        (LAPTOP, SlotsSpec(count=1), Slots(1, 0, None, 1)),
        (LAPTOP, SlotsSpec(memory_gib=5), Slots(1, 0, 5, 3)),
        (SERVER, SlotsSpec(), Slots(8, 1, None, 4)),
        (SERVER, SlotsSpec(gpu_fraction=0.5), Slots(4, 0.5, None, 8)),
        (SERVER, SlotsSpec(gpu_fraction=0), Slots(1, 0, None, 32)),
        (SERVER, SlotsSpec(gpu_fraction=0.3), Slots(2, 0.3, None, 12)),
        (SERVER, SlotsSpec(gpus=2), Slots(16, 1, None, 2, 2)),
    ],
)
def test_slots_are_found_from_the_machine(machine: Machine, spec: SlotsSpec, slots: Slots) -> None:
    assert resolve_slots(spec, machine) == (slots, [])


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (SlotsSpec(gpu_fraction=1), "slots.gpu_fraction: asks for 1 of a GPU, but this machine has 0 GPUs"),
        (SlotsSpec(cpus=9), "slots.cpus: must be <= 8, the cores of this machine, got 9"),
        (SlotsSpec(count=9), "slots.count: must be <= 8, what fits on this machine, got 9"),
        (SlotsSpec(gpus=2), "slots.gpus: must be <= 1 on this machine, got 2"),
        (SlotsSpec(memory_gib=17), "slots.memory_gib: must be <= 16.0, the memory of this machine, got 17"),
    ],
)
def test_more_than_there_is(spec: SlotsSpec, message: str) -> None:
    _, (problem,) = resolve_slots(spec, LAPTOP)
    assert str(problem).startswith(message)


def test_of_a_cluster_only_what_the_config_says_is_known() -> None:
    assert resolve_slots(SlotsSpec(), None) == (Slots(1, 0.0, None, None), [])
    assert resolve_slots(SlotsSpec(cpus=64, gpu_fraction=0.5, count=9), None) == (Slots(64, 0.5, None, 9), [])
    assert resolve_slots(SlotsSpec(gpus=4), None) == (Slots(1, 1.0, None, None, 4), [])
    assert str(Slots(1, 0.0, None, None)) == "as many as the cluster holds x (1 CPU)"


def test_several_gpus_are_whole() -> None:
    _, (problem,) = resolve_slots(SlotsSpec(gpus=2, gpu_fraction=0.5), SERVER)
    assert str(problem).startswith("slots.gpu_fraction: must be 1, or left out, with slots.gpus=2, got 0.5")


def test_the_device_of_a_training_is_what_its_slot_holds() -> None:
    assert Slots(3, 0.0, None, 1).device == Device(cpus=3)
    assert Slots(2, 0.25, None, 4).device == Device(cpus=2, gpu=True, gpu_fraction=0.25)
    assert Slots(8, 1.0, None, 1, 2).device == Device(cpus=8, gpu=True, processes=2)
    assert (Slots(8, 1.0, None, 1, 2).gpu, Slots(2, 0.25, None, 4).gpu) == (2.0, 0.25)
