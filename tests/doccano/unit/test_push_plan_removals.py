"""What is not to be there any more: deleted where nobody worked on it, reported where somebody did."""

from goldspan.annotation import Example
from goldspan.doccano.push.plan import depends_on_work, plan_push
from helpers.doccano_project import INDEPENDENT, rows, snapshot_of, stored_copy

FIRST, SECOND, THIRD = (Example(f"a.p{number:02}", f"KFOR left {number}.") for number in (1, 2, 3))


def planned(*copies, worked_on=None, taken_away=(), desired=(FIRST, SECOND, THIRD)):
    return plan_push(rows(*desired), snapshot_of(*copies, project=INDEPENDENT), worked_on or {}, taken_away=taken_away)


def test_a_copy_without_work_is_removed_and_one_with_work_stays():
    copies = [stored_copy(number, one) for number, one in enumerate((FIRST, SECOND, THIRD), 1)]
    plan = planned(*copies, worked_on={2: "confirmed by anna"}, taken_away={FIRST.id, SECOND.id})
    assert [(step.state, step.delete) for step in plan.steps] == [("remove", (1,)), ("conflict", ()), ("unchanged", ())]
    assert (plan.is_done, plan.deletions, plan.uploads) == (False, (1,), ())
    assert [item.example for item in plan.attention()] == [SECOND.id]
    assert plan.counts()["double"] == 0


def test_what_is_not_there_needs_no_step_and_further_copies_go_with_it():
    plan = planned(
        stored_copy(1, FIRST), stored_copy(2, FIRST), taken_away={FIRST.id, SECOND.id}, desired=(FIRST, SECOND)
    )
    assert [(step.state, step.delete) for step in plan.steps] == [("remove", (1, 2))]
    left = planned(taken_away={FIRST.id, SECOND.id}, desired=(FIRST, SECOND))
    assert (left.steps, left.is_done) == ((), True)


def test_whether_something_is_taken_away_depends_on_who_worked_on_it():
    snapshot = snapshot_of(stored_copy(1, FIRST), project=INDEPENDENT)
    assert not depends_on_work(rows(FIRST), snapshot)
    assert depends_on_work(rows(FIRST), snapshot, {FIRST.id})
