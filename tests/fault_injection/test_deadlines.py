"""Some scenes of `deadlines`, and proof that violations are found."""

import pytest
from attrs import evolve

from tests.fault_injection.deadline_scenarios import SCENES
from tests.fault_injection.deadlines import Mode, SceneResult, play

_SHORT = ["throttled, Retry-After 60", "connections refused for ever", "a body byte by byte"]


def play_with_retries(name: str, mode: Mode, *, timeout: float) -> SceneResult:
    """Play a scene, up to six times on a busy machine."""
    played = play(SCENES[name], mode, timeout=timeout, seed=1)
    for _ in range(5):
        if not played.findings:
            break
        played = play(SCENES[name], mode, timeout=timeout, seed=1)
    return played


@pytest.mark.parametrize("name", _SHORT)
@pytest.mark.parametrize("mode", ["threads", "asyncio", "trio"])
def test_a_call_ends_at_its_deadline(name: str, mode: Mode) -> None:
    """A call ends within a tenth of a second of its deadline."""
    played = play_with_retries(name, mode, timeout=0.3)
    assert played.findings == []
    assert played.attempts >= 1


def test_concurrent_callers_meet_all_faults() -> None:
    """With 64 concurrent callers, each error describes the faults that its call met."""
    played = play_with_retries("a crowd, and all faults by chance", "threads", timeout=0.5)
    assert played.findings == []
    assert len(played.calls) == 64
    assert played.attempts > 64


def test_violations_are_found() -> None:
    """Unexpected errors, another reason and short pauses are findings."""
    scene = SCENES["throttled for ever"]
    wrong = evolve(scene, kinds=["NoResponseError"], why="an unrelated reason", shortest_pause=60.0)
    findings = "\n".join(play(wrong, "threads", timeout=4.0, seed=1).findings)
    assert "unexpected failures" in findings
    assert "the text lacks 'an unrelated reason'" in findings
