"""Population based training decides through the search, and goes on wherever its driver was killed."""

import random
from itertools import pairwise
from statistics import fmean

import pytest

from hpo.exploit import Exploit
from hpo.ledger import Cause, State, Verdict
from hpo.lineage import lineage
from hpo.schedulers import FifoSpec, PbtSpec
from tests.hpo.memory_ledger import Killed, MemoryStorage
from tests.hpo.population.toy import EPOCHS, RATE, SPACE, STEPS, Disk, replayed, run, search_of

POPULATION = 8


def storage_of() -> MemoryStorage:
    storage = MemoryStorage()
    storage.begin("sweep")
    return storage


@pytest.mark.parametrize("slots", [1, 3, 8])
@pytest.mark.parametrize("explore", ["perturb", "pb2"])
def test_all_train_to_their_end_and_a_lineage_leads_to_the_same_weights(slots: int, explore: str) -> None:
    storage = storage_of()
    search = search_of(storage.ledger("sweep"), PbtSpec(population=POPULATION, explore=explore), POPULATION + 4)
    run(search, Disk(), slots, random.Random(0))
    records = storage.ledger("sweep").trials()
    assert [record.state for record in records] == [State.COMPLETE] * POPULATION
    assert sum(len(record.exploits) for record in records) > POPULATION // 2
    for record in records:
        assert record.epochs == EPOCHS
        assert SPACE.contains(record.params) == []
        assert record.params == dict(lineage(search.records, record.number)[-1].params)
        assert replayed(search, record.number) == pytest.approx(record.evaluations[-1]["metrics"]["accuracy"])
        assert all(step > record.exploits[-1].steps for step in record.curve) or not record.exploits
        live = search.records[record.number]
        assert (record.curve, record.value, record.params) == (live.curve, live.value, live.params)


def test_a_lineage_goes_back_through_the_source_only_as_far_as_its_checkpoint() -> None:
    search = search_of(storage_of().ledger("sweep"), PbtSpec(population=POPULATION), POPULATION)
    run(search, Disk(), 2, random.Random(1))
    whole = [lineage(search.records, number) for number in search.records]
    assert max(len(course) for course in whole) > 3
    for number, course in enumerate(whole):
        assert course[0].steps == 0
        assert course[-1].trial == number
        steps = [segment.steps for segment in course]
        assert steps == sorted(set(steps))
        for before, after in pairwise(course):
            assert before.trial != after.trial
            exploit = next(e for e in search.records[after.trial].exploits if e.steps == after.steps)
            assert (exploit.source, dict(exploit.params)) == (before.trial, dict(after.params))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("explore", ["perturb", "pb2"])
def test_killed_again_and_again_at_any_write(explore: str, after: bool) -> None:
    storage, disk, rng, kills = storage_of(), Disk(), random.Random(3), 0
    spec = PbtSpec(population=5, every_epochs=2, explore=explore)
    storage.after = after
    lose = ((1, 3),)
    while True:
        storage.countdown = rng.randint(1, 25)
        try:
            run(search_of(storage.ledger("sweep"), spec, 6), disk, 2, rng, lose)
        except Killed:
            kills += 1
        else:
            break
    assert kills > 10
    records = storage.ledger("sweep").trials()
    ends = [(record.state, record.cause) for record in records]
    assert ends == [
        (State.PRUNED, Cause.DIVERGED) if record.number == 1 else (State.COMPLETE, None) for record in records
    ]
    assert len(records) == 6, "the one that was lost is replaced"
    search = search_of(storage.ledger("sweep"), spec, 6)
    assert sum(len(record.exploits) for record in records) > 3
    for record in records:
        if record.state is State.COMPLETE:
            assert replayed(search, record.number) == pytest.approx(record.evaluations[-1]["metrics"]["accuracy"])


def test_a_decision_that_was_written_is_not_taken_anew() -> None:
    storage, disk = storage_of(), Disk()
    spec = PbtSpec(population=4)
    search = search_of(storage.ledger("sweep"), spec, 4)
    rng = random.Random(0)
    storage.countdown = 10**9
    original = search.ledger.decide

    def decide(number: int, verdict: Verdict, reason: str, numbers: dict) -> object:  # type: ignore[type-arg]
        written = original(number, verdict, reason, numbers)
        if Exploit.of(numbers) is not None:
            raise Killed
        return written

    search.ledger.decide = decide  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        run(search, disk, 1, rng)
    again = search_of(storage.ledger("sweep"), spec, 4)
    (taker,) = [record for record in again.records.values() if record.exploits]
    proposal = again.next()
    assert proposal is not None
    assert proposal.number == taker.number
    assert dict(proposal.params) == dict(taker.exploits[-1].params)
    assert proposal.lineage[-1].steps == taker.exploits[-1].steps


def test_one_that_is_lost_is_replaced_and_its_place_begins_where_the_source_was() -> None:
    storage = storage_of()
    search = search_of(storage.ledger("sweep"), PbtSpec(population=4), 6)
    run(search, Disk(), 2, random.Random(0), lose=((2, 5),))
    newcomer = storage.ledger("sweep").trials()[4]
    assert len(search.records) == 5
    (exploit,) = newcomer.exploits[:1]
    assert newcomer.evaluations[0]["step"] == exploit.steps + STEPS
    assert "in place of one that was lost" in newcomer.decisions[0].reason
    assert newcomer.sampled[RATE] != exploit.params[RATE]


def test_it_beats_as_many_constant_trainings_where_the_best_rate_falls() -> None:
    def best(spec: PbtSpec | FifoSpec, seed: int) -> float:
        search = search_of(storage_of().ledger("sweep"), spec, POPULATION, seed)
        run(search, Disk(), 4, random.Random(seed))
        return max(record.value or 0.0 for record in search.records.values())

    for explore, seeds, times in (("perturb", range(10), 1.25), ("pb2", range(3), 1.6)):
        constant = [best(FifoSpec(), seed) for seed in seeds]
        scheduled = [best(PbtSpec(population=POPULATION, explore=explore, seed=seed), seed) for seed in seeds]
        better = sum(one > other for one, other in zip(scheduled, constant, strict=True))
        assert better >= 0.8 * len(seeds)
        assert fmean(scheduled) > times * fmean(constant)
