"""The quick checks of `environment`."""

from collections.abc import Callable

import pytest

from iotmi import Client, InternalServerError, RetryPolicy, ServiceUnavailableError
from tests.fault_injection import (
    environment_credentials as credentials,
    environment_network as network,
)
from tests.support.http_servers import answer, serving, with_keys

_SLOW = credentials.credentials_that_expire_in_mid_run
_QUICK = [check for check in (*network.CHECKS, *credentials.CHECKS) if check is not _SLOW]


@pytest.mark.parametrize("check", _QUICK, ids=lambda check: check.__name__)
def test_the_environment(check: Callable[[int], str]) -> None:
    """Each fault is survived, or raises the error that names it."""
    assert check(1) != ""


def test_a_retry_after_date_counts_from_the_services_clock() -> None:
    """A Retry-After date counts from the Date header, or from this clock without one."""
    pauses: list[float] = []
    asked = {"Retry_After": "Sat, 01 Jan 2000 00:00:07 GMT"}
    acts = [
        answer("503 No", b"{}", Date="Sat, 01 Jan 2000 00:00:00 GMT", **asked),
        answer("503 No", b"{}", **asked),
        answer("503 No", b"{}"),
    ]
    policy = RetryPolicy(max_attempts=3, initial_backoff=0.001, sleep=pauses.append)
    with serving(acts) as url:
        client = with_keys(Client, endpoint_url=url, retry=policy)
        with pytest.raises((ServiceUnavailableError, InternalServerError)):
            client.managed_things.get("x")
    assert pauses[0] == pytest.approx(7.0)
    assert pauses[1] < 1.0
