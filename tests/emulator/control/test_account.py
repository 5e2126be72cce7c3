"""The account as a whole over HTTP: reset, snapshots, seeds and time."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iotmi.emulator import Emulator
from iotmi.emulator._core.json import fingerprint
from iotmi.emulator.server import serving
from tests.emulator.control.api import Api, home_of, steady
from tests.emulator.support.requests import Client, create_thing


def test_a_restored_snapshot_gives_the_same_home(api: Api, emulator: Emulator) -> None:
    """A snapshot brings back every resource after a reset, and positions and tokens too."""
    client: Client = emulator.boto3_client()
    first = client.create_credential_locker(Name="Shed", ClientToken="t")
    page = client.list_managed_things(MaxResults=3)
    before, notified = api.get("/home"), api.get("/notifications")
    snapshot = api.get("/snapshot")
    assert api.post("/reset") == {"revision": emulator.revision}
    assert set(api.get("/home")["counts"].values()) == {0}
    assert api.get("/notifications")["notifications"] == []
    assert api.send("PUT", "/snapshot", snapshot).document == {"revision": emulator.revision}
    assert steady(api.get("/home")) == steady(before)
    assert api.get("/notifications") == notified
    again = client.create_credential_locker(Name="Shed", ClientToken="t")
    assert again["Id"] == first["Id"]
    rest = client.list_managed_things(MaxResults=3, NextToken=page["NextToken"])["Items"]
    assert not {each["Id"] for each in rest} & {each["Id"] for each in page["Items"]}
    assert api.get("/snapshot")["resources"] == snapshot["resources"]


def test_a_generation_ends_with_its_resources(api: Api) -> None:
    """A reset and a restore begin a generation, so that readers forget; a change does not."""
    first = api.get("/home")["generation"]
    snapshot = api.get("/snapshot")
    lamp = api.device("Kitchen lamp")["id"]
    api.post(f"/things/{lamp}/report", name="OnOff", value=True)
    assert api.get("/home")["generation"] == first
    api.post("/reset")
    second = api.get("/home")["generation"]
    api.send("PUT", "/snapshot", snapshot)
    assert len({first, second, api.get("/home")["generation"]}) == 3


def test_new_entries_follow_all_earlier_ones(api: Api) -> None:
    """After a restore, the numbers of notifications rise above every number seen before."""
    lamp = api.device("Kitchen lamp")["id"]
    snapshot = api.get("/snapshot")
    api.post(f"/things/{lamp}/report", name="OnOff", value=True)
    last = api.get("/notifications")["next"]
    api.send("PUT", "/snapshot", snapshot)
    api.post(f"/things/{lamp}/report", name="OnOff", value=True)
    (found,) = api.get("/notifications")["notifications"]
    assert found["number"] > last


def _broken(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], object]:
    def apply(snapshot: dict[str, Any]) -> object:
        change(snapshot)
        return snapshot

    return apply


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: {}, "not a snapshot: format must be"),
        (lambda _: [], "must be a JSON object"),
        (lambda _: b"{", "must be JSON"),
        (_broken(lambda it: it.update(version=2)), "version must be 1"),
        (_broken(lambda it: it.update(region="ca-central-1")), "digest does not match"),
        (_broken(lambda it: it["resources"].pop()), "digest does not match"),
        (_broken(lambda it: it["resources"][0]["document"].update(Name="x")), "digest"),
    ],
)
def test_what_is_no_snapshot_changes_nothing(
    api: Api, emulator: Emulator, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    """The sentence says what is wrong, and the state stays."""
    snapshot = api.get("/snapshot")
    before = emulator.revision
    answer = api.send("PUT", "/snapshot", change(json.loads(json.dumps(snapshot))))
    assert answer.status == 400
    assert said in answer.message
    assert emulator.revision == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda it: it.pop("region"), "lacks the member 'region'"),
        (lambda it: it.pop("resources"), "lacks the member 'resources'"),
        (lambda it: it.update(resources={}), "not a list"),
        (lambda it: it["resources"].append(5), "not a resource"),
        (lambda it: it["resources"][0].update(id=5), "not a resource"),
        (lambda it: it["client_tokens"].append([1]), "not a client token"),
        (lambda it: it.update(clock="now"), "not a clock"),
        (lambda it: it["resources"].append(it["resources"][0]), "do not fit the database"),
        (lambda it: it["resources"][0].update(sequence=2**70), "do not fit the database"),
    ],
)
def test_a_snapshot_of_another_form_changes_nothing(
    api: Api, emulator: Emulator, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    """A program that writes a snapshot, with its digest, learns what the emulator cannot read."""
    snapshot = api.get("/snapshot")
    del snapshot["digest"]
    change(snapshot)
    before = emulator.revision
    answer = api.send("PUT", "/snapshot", {**snapshot, "digest": fingerprint(snapshot)})
    assert answer.status == 400
    assert said in answer.message
    assert emulator.revision == before
    assert api.get("/home")["counts"]["devices"] == 11


def test_a_snapshot_of_another_region_is_refused(api: Api) -> None:
    """ARNs hold the Region, so a home cannot move to another one."""
    with Emulator(region_name="ca-central-1") as other:
        answer = api.send("PUT", "/snapshot", other.snapshot())
    assert "a snapshot of ca-central-1" in answer.message


def test_a_snapshot_moves_between_emulators(api: Api, tmp_path: Path) -> None:
    """A snapshot restores into a file, and the file keeps it."""
    snapshot, home = api.get("/snapshot"), api.get("/home")
    with Emulator(tmp_path / "home.db") as other:
        other.restore(snapshot)
    with Emulator(tmp_path / "home.db", seed_home="demo") as other:
        assert steady(other.home()) == steady(home)
    with Emulator(seed_home=snapshot) as other:
        assert steady(other.home()) == steady(home)


def test_a_reset_forgets_calls_and_faults(api: Api, emulator: Emulator) -> None:
    """After a reset the emulator is as new, with the chosen seed."""
    client: Client = emulator.boto3_client()
    emulator.faults.fail("ListManagedThings", "ThrottlingException")
    emulator.faults.throttle()
    with suppress(ClientError):
        client.list_managed_things()
    assert emulator.faults.counts == {"error": 1}
    api.post("/reset", seed="demo")
    assert emulator.calls == ()
    assert api.get("/faults") == {
        "queued": [],
        "random": [],
        "delays": [],
        "throttles": [],
        "counts": {},
    }
    assert api.get("/home")["counts"]["devices"] == 11
    assert api.send("POST", "/reset", {"seed": "castle"}).status == 400


def test_the_demo_is_the_same_each_time(api: Api) -> None:
    """Ids and states follow from the seed alone."""

    def shape() -> object:
        times = {"created_at", "now", "revision", "generation"}
        return json.loads(
            json.dumps(api.get("/home")),
            object_hook=lambda it: {name: it[name] for name in it if name not in times},
        )

    first = shape()
    api.post("/reset", seed="demo")
    assert shape() == first


def test_time_is_moved(api: Api, emulator: Emulator) -> None:
    """Time moves by the sum of its parts, and pending transitions take it."""
    thing = create_thing(emulator.boto3_client())
    before = datetime.fromisoformat(api.get("/time")["now"])
    assert api.get("/time")["clock"] == "on_read"
    moved = api.post("/time/advance", days=1, hours=1, minutes=1, seconds=1.5)
    assert moved["clock"] == "emulated"
    passed = datetime.fromisoformat(moved["now"]) - before
    wanted = timedelta(days=1, hours=1, minutes=1, seconds=1.5)
    assert wanted <= passed < wanted + timedelta(seconds=20)
    assert api.get(f"/things/{thing}")["provisioning_status"] == "ACTIVATED"
    assert api.get("/time")["now"] >= moved["now"]


@pytest.mark.parametrize(
    "body", [{}, {"seconds": -1}, {"seconds": "1"}, {"days": 3651}, {"weeks": 1}, {"hours": True}]
)
def test_wrong_times_are_refused(api: Api, body: dict[str, Any]) -> None:
    """The clock stays on reads."""
    assert api.send("POST", "/time/advance", body).status == 400
    assert api.get("/time")["clock"] == "on_read"


def test_time_has_an_end(api: Api) -> None:
    """A year that datetime cannot hold is never reached."""
    for _ in range(698):
        if api.send("POST", "/time/advance", {"days": 3650}).status == 409:
            break
    assert datetime.fromisoformat(api.get("/time")["now"]) < datetime(9001, 1, 1, tzinfo=UTC)


def test_a_real_clock_cannot_be_moved() -> None:
    """The refusal is a conflict."""
    with Emulator(clock="real") as emulator, serving(emulator) as address:
        answer = Api(address).send("POST", "/time/advance", {"seconds": 1})
        assert (answer.status, answer.document["error"]["code"]) == (409, "real_clock")


def test_a_reset_turns_the_clock_back() -> None:
    """A moved clock reads again after a reset. A snapshot restores the emulated time."""
    with Emulator() as emulator:
        thing = create_thing(emulator.boto3_client())
        emulator.advance(seconds=10)
        snapshot = emulator.snapshot()
        then = emulator.now()
        emulator.reset()
        assert emulator.clock == "on_read"
        emulator.restore(snapshot)
        assert (emulator.clock, emulator.now() - then < timedelta(seconds=1)) == ("emulated", True)
        emulator.advance(seconds=25)
        statuses = {each["id"]: each["provisioning_status"] for each in home_of(emulator)["hubs"]}
        assert statuses[thing] in {"DISCOVERED", "ACTIVATED"}


@pytest.mark.parametrize("clock", ["on_read", "emulated", "real"])
def test_each_clock_restores_the_snapshots_of_each(clock: Any) -> None:  # noqa: ANN401
    """The home is the same on any clock, also when its transitions had no moments."""
    with Emulator() as first, Emulator(clock=clock) as second:
        create_thing(first.boto3_client())
        second.restore(first.snapshot())
        assert second.home()["hubs"] == first.home()["hubs"]
        first.advance(seconds=1)
        second.restore(first.snapshot())
        assert second.home()["hubs"] == first.home()["hubs"]


@pytest.mark.parametrize(
    ("home", "said"),
    [
        ({"rooms": []}, "rooms is no member of a seed"),
        ({"hubs": {}}, "hubs must be a list"),
        ({"hubs": [1]}, "hubs[0] must be an object"),
        ({"hubs": [{}]}, "hubs[0].name must be a text"),
        ({"hubs": [{"name": "H", "colour": 1}]}, "hubs[0].colour is no member"),
        ({"hubs": [{"name": "H", "locker": "none"}]}, "hubs[0].locker must be the name"),
        ({"hubs": [{"name": "H", "serial_number": 1}]}, "hubs[0].serial_number must be"),
        ({"devices": [{"name": "D"}]}, "devices[0] must have either kind or capabilities"),
        ({"devices": [{"name": "D", "kind": "toaster"}]}, "devices[0].kind must be one of"),
        ({"devices": [{"name": "D", "kind": "bulb", "x": 1}]}, "devices[0].x is no member"),
        (
            {"accounts": [{"name": "A", "devices": [{"name": "D", "capabilities": [1]}]}]},
            "accounts[0].devices[0].capabilities[0] must be a name or an object",
        ),
        ({"devices": [{"name": "D", "capabilities": {}}]}, "capabilities must be a list with at"),
        (
            {"devices": [{"name": "D", "capabilities": [{"name": "OnOff", "colour": 1}]}]},
            "devices[0].capabilities[0].colour is no member of a capability",
        ),
        (
            {"devices": [{"name": "D", "capabilities": [{"name": "OnOff", "state": [1]}]}]},
            "devices[0].capabilities[0].state must be an object",
        ),
        ({"devices": [{"name": "D", "kind": "bulb", "brand": ""}]}, "devices[0].brand must be a"),
        ({"lockers": [{"name": "L"}, {"name": "L"}]}, "Credential Locker resource exists already"),
        ({"hubs": [{"name": "H" * 129}]}, "Name must have from 1 to 128 characters"),
        ("castle", "seed must be one of demo, empty"),
    ],
)
def test_a_wrong_seed_changes_nothing(home: Any, said: str) -> None:  # noqa: ANN401
    """The error names the member and the rule, and the home stays."""
    with Emulator(seed_home="demo") as emulator:
        before = emulator.revision
        with pytest.raises(ValueError, match=re.escape(said)):
            emulator.reset(home)
        assert emulator.revision == before
        assert home_of(emulator)["counts"] != {}
    with pytest.raises(ValueError, match=re.escape(said)):
        Emulator(seed_home=home)


def test_a_described_home_is_made() -> None:
    """A description has lockers, hubs, devices, accounts and notifications."""
    home: dict[str, Any] = {
        "notifications": True,
        "lockers": [{"name": "Flat"}],
        "hubs": [{"name": "Hub", "devices": [{"kind": "plug", "name": "Kettle"}]}],
        "devices": [
            {"kind": "lock", "name": "Door", "locker": "Flat", "serial_number": "900000000009"}
        ],
        "accounts": [{"name": "Cloud", "devices": [{"kind": "bulb", "name": "Lamp"}]}],
    }
    with Emulator(seed_home=home) as emulator:
        shown = home_of(emulator)
        assert [each["name"] for each in shown["devices"]] == ["Kettle", "Door", "Lamp"]
        client: Client = emulator.boto3_client()
        assert len(client.list_notification_configurations()["NotificationConfigurationList"]) == 9
