"""A deadline holds to a tenth of a second under every fault, and its error explains it.

    python -m tests.fault_injection.deadlines [--timeout 2] [--seed 7] [--only WORD]

Every scene runs with the sync client and with the async client under asyncio and trio, one call at
a time or 64 at once. The errors must contain the attempts, pauses, codes and request ids, in their
text and in ``failures``.

No thread runs while Python collects garbage, so no library can keep a deadline then. `gc.freeze`
excludes the objects that existed before the calls.
"""

import argparse
import asyncio
import gc
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, Literal, get_args

import anyio
import trio
from attrs import Factory, define

from iotmi import AsyncClient, CallError, Client, DeadlineExceededError, FailedAttempt
from tests.fault_injection.deadline_scenarios import SCENES, Scene

Mode = Literal["threads", "asyncio", "trio"]

ALLOWED: Final = 0.1


@define
class Ended:
    """The end of a call, and its duration in seconds."""

    seconds: float
    error: CallError | None


@define
class SceneResult:
    """The result of a scene.

    Attributes:
        calls: the end of each call.
        issued: the request ids that the service gave.
        noise: the largest delay of a plain wait on this machine meanwhile, in seconds.
        findings: violations.
    """

    calls: list[Ended]
    issued: set[str]
    noise: float
    findings: list[str] = Factory(list)

    @property
    def attempts(self) -> int:
        """Return the number of attempts in the errors."""
        return sum(each.error.attempts for each in self.calls if each.error is not None)


def play(scene: Scene, mode: Mode, *, timeout: float, seed: int) -> SceneResult:
    """Play one scene in one mode."""
    noise = [0.0]
    with scene.stage(seed) as stage:
        if mode == "threads":
            with stage.client(timeout) as client, _listening_for(noise):
                calls = _in_threads(scene, client)
        elif mode == "asyncio":
            calls = asyncio.run(_in_tasks(scene, stage.async_client(timeout), noise))
        else:
            calls = trio.run(_in_tasks, scene, stage.async_client(timeout), noise)
        issued = set(stage.issued())
    played = SceneResult(calls, issued, max(noise))
    for ended in calls:
        played.findings += _wrong_with(ended, scene, timeout, issued)
    return played


def _in_threads(scene: Scene, client: Client) -> list[Ended]:
    calls: list[Ended] = []

    def call() -> None:
        began = time.monotonic()
        error = None
        try:
            if scene.walks:
                client.managed_things.list().collect()
            else:
                client.managed_things.get("x")
        except CallError as raised:
            error = raised
        calls.append(Ended(time.monotonic() - began, error))

    with ThreadPoolExecutor(scene.callers) as pool:
        for ended in [pool.submit(call) for _ in range(scene.callers)]:
            ended.result()
    return calls


async def _in_tasks(scene: Scene, client: AsyncClient, noise: list[float]) -> list[Ended]:
    calls: list[Ended] = []

    async def call() -> None:
        began = time.monotonic()
        error = None
        try:
            if scene.walks:
                await client.managed_things.list().collect()
            else:
                await client.managed_things.get("x")
        except CallError as raised:
            error = raised
        calls.append(Ended(time.monotonic() - began, error))

    with _listening_for(noise):
        async with client, anyio.create_task_group() as group:
            for _ in range(scene.callers):
                group.start_soon(call)
    return calls


@contextmanager
def _listening_for(noise: list[float]) -> Iterator[None]:
    """Measure how late a plain wait is on this machine meanwhile."""
    over = threading.Event()
    # Objects of earlier scenes and botocore's models, some for each client: a
    # full collection goes through all of it, for a tenth of a second in which no thread runs.
    gc.collect()
    gc.freeze()

    def listen() -> None:
        while not over.is_set():
            began = time.monotonic()
            over.wait(0.01)
            noise.append(time.monotonic() - began - 0.01)

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        gc.unfreeze()


def _wrong_with(ended: Ended, scene: Scene, timeout: float, issued: set[str]) -> Iterator[str]:
    error = ended.error
    if ended.seconds > timeout + ALLOWED:
        yield f"took {ended.seconds:.3f} s"
    if error is None:
        if not scene.may_answer:
            yield "was answered"
        return
    if not isinstance(error, DeadlineExceededError):
        if type(error) not in scene.others:
            yield f"ended in {type(error).__name__}: {error}"
        return
    yield from _wrong_with_text(str(error), error, scene)
    yield from _wrong_with_failures(error, scene, issued)
    if sum(each.elapsed + each.pause for each in _whole(error)) > ended.seconds + ALLOWED:
        yield "failures tell of more time than there was"


def _whole(error: DeadlineExceededError) -> list[FailedAttempt]:
    """Return the attempts that ended. An attempt that was cut short reports nothing."""
    return [failure for failure in error.failed_attempts if failure.error_type != _CUT_SHORT]


def _wrong_with_failures(
    error: DeadlineExceededError, scene: Scene, issued: set[str]
) -> Iterator[str]:
    failures = _whole(error)
    if error.attempts != len(error.failed_attempts):
        yield f"{error.attempts} attempts, and {len(error.failed_attempts)} failures"
    if not {failure.error_type for failure in failures} <= scene.kinds:
        yield f"unexpected failures {failures}"
    if any(failure.pause < scene.shortest_pause for failure in failures[:-1]):
        yield "a pause was shorter than the service asked for"
    if (error.last is None) == bool(failures):
        yield f"the last error is {error.last!r}"
    if issued:
        reported = [failure.request_id or "" for failure in failures]
        if len(set(reported)) != len(reported) or not issued.issuperset(reported):
            yield f"request ids that were not given: {reported}"


_CUT_SHORT: Final = DeadlineExceededError.__name__


def _wrong_with_text(text: str, error: DeadlineExceededError, scene: Scene) -> Iterator[str]:
    tries = "1 attempt" if error.attempts == 1 else f"{error.attempts} attempts"
    pauses = sum(failure.pause for failure in error.failed_attempts)
    parts = [
        error.operation,
        f"no response within {error.timeout:g} s",
        f"after {tries}",
        # The rate limiter pauses too, without a failure before.
        "s of it pauses" if scene.paced else f"{pauses:.2f} s of it pauses",
        scene.why,
    ]
    for failure in _whole(error):
        parts += [failure.code or failure.error_type, failure.request_id or ""]
    for part in parts:
        if part not in text:
            yield f"the text lacks {part!r}: {text}"


def main() -> int:
    """Play all scenes, and return 1 if one has findings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--timeout", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="scenes with this in their name")
    given = parser.parse_args()
    sys.stdout.write(
        f"seed {given.seed}, a deadline of {given.timeout:g} s; overruns in ms, and the noise:"
        " by how much a plain wait of this machine was late meanwhile\n"
    )
    findings, calls = 0, 0
    worst: list[tuple[float, str]] = []
    for name, scene in SCENES.items():
        if given.only not in name:
            continue
        shown = []
        for mode in get_args(Mode):
            played = play(scene, mode, timeout=given.timeout, seed=given.seed)
            calls += len(played.calls)
            findings += len(played.findings)
            slowest = max(each.seconds for each in played.calls) - given.timeout
            worst.append((slowest, f"{name}, {mode}"))
            shown.append(
                f"{mode} {slowest * 1000:+6.0f} ({played.attempts} attempts,"
                f" noise {played.noise * 1000:.0f})"
            )
            for finding in played.findings[:5]:
                sys.stdout.write(f"  DOES NOT HOLD: {name}, {mode}: {finding}\n")
        sys.stdout.write(f"  {name:44} {', '.join(shown)}\n")
        sys.stdout.flush()
    overrun, where = max(worst)
    sys.stdout.write(
        f"{calls} calls; the worst overrun is {overrun * 1000:.0f} ms ({where});"
        f" {findings} findings\n"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
