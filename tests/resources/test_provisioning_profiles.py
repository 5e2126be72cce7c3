"""Provisioning profiles, as an application uses them."""

import pytest

from iotmi import (
    AsyncClient,
    Client,
    ConstraintError,
    CreateProvisioningProfile,
    ProvisioningProfile,
    ProvisioningProfiles,
    ProvisioningProfileStatus,
    ProvisioningType,
    ResourceNotFoundError,
    WaitFailedError,
    WaitTimeoutError,
)
from iotmi.emulator import Emulator
from tests.support.flow_runner import fed

pytestmark = pytest.mark.anyio

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nQ0FOQVJZ\n-----END CERTIFICATE-----\n"


def test_a_profile_is_got_as_it_was_made(client: Client) -> None:
    """Name, type and tags come back; the key came once, and its certificate still does."""
    made = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING, name="Hubs_1", tags={"site": "a"}
    )
    assert made.claim_certificate_private_key
    found = client.provisioning_profiles.get(made.id)
    assert (found.id, found.arn, found.name) == (made.id, made.arn, "Hubs_1")
    assert found.provisioning_type == ProvisioningType.FLEET_PROVISIONING
    assert found.claim_certificate == made.claim_certificate
    assert found.tags == {"site": "a"}
    assert not hasattr(found, "claim_certificate_private_key")


def test_secrets_of_a_creation_are_not_shown(client: Client) -> None:
    """The key can be read, and no repr shows it or the certificate."""
    made = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING
    )
    assert made.claim_certificate
    assert made.claim_certificate_private_key
    assert made.claim_certificate not in repr(made)
    assert made.claim_certificate_private_key not in repr(made)
    assert "claim_certificate_private_key='***'" in repr(made)


def test_a_profile_is_made_with_a_certificate_of_ones_own(client: Client) -> None:
    """A certificate in PEM passes the limits, and comes back."""
    made = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.JITR,
        ca_certificate=CERTIFICATE,
        claim_certificate=CERTIFICATE,
    )
    assert client.provisioning_profiles.get(made.id).claim_certificate == CERTIFICATE


def test_a_profile_is_waited_for(client: Client) -> None:
    """The finished profile is given, and the listing tells of it."""
    made = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING
    )
    profile = client.provisioning_profiles.wait_until_created(made.id)
    assert (profile.id, profile.status) == (made.id, ProvisioningProfileStatus.CREATED)
    (summary,) = client.provisioning_profiles.list()
    assert (summary.id, summary.status) == (made.id, ProvisioningProfileStatus.CREATED)


async def test_a_profile_on_its_way_out_is_not_waited_for(async_client: AsyncClient) -> None:
    """The waiter ends at once, with the profile as it was seen; then it is gone."""
    family = async_client.provisioning_profiles
    made = await family.create(provisioning_type=ProvisioningType.FLEET_PROVISIONING)
    await family.wait_until_created(made.id)
    await family.delete(made.id)
    with pytest.raises(WaitFailedError) as caught:
        await family.wait_until_created(made.id)
    seen = getattr(caught.value.last_value, "status", None)
    assert seen == ProvisioningProfileStatus.DELETE_IN_PROGRESS
    with pytest.raises(ResourceNotFoundError):
        await family.wait_until_created(made.id)


@pytest.mark.parametrize(
    "status",
    [ProvisioningProfileStatus.CREATE_FAILED, ProvisioningProfileStatus.DELETE_FAILED],
)
def test_a_profile_that_failed_is_not_waited_for(status: ProvisioningProfileStatus) -> None:
    """It will never be created: the waiter ends at once."""
    seen = ProvisioningProfile(id="1", status=status)
    with pytest.raises(WaitFailedError) as caught:
        fed(vars(ProvisioningProfiles)["wait_until_created"].function("1"), seen)
    assert caught.value.last_value is seen


def test_a_profile_that_is_never_made_is_waited_for_in_vain() -> None:
    """The waiter gives up when its time is over, counted in pauses."""
    seen = ProvisioningProfile(id="1", status=ProvisioningProfileStatus.CREATE_IN_PROGRESS)
    with pytest.raises(WaitTimeoutError) as caught:
        fed(vars(ProvisioningProfiles)["wait_until_created"].function("1", timeout=60), seen)
    assert caught.value.last_value is seen


def test_a_refused_certificate_is_not_shown(client: Client, emulator: Emulator) -> None:
    """What is no PEM is refused before anything is sent, and quoted nowhere."""
    with pytest.raises(ConstraintError) as caught:
        client.provisioning_profiles.create(
            provisioning_type=ProvisioningType.JITR, ca_certificate="CANARY", name="x" * 37
        )
    assert [problem.path for problem in caught.value.problems] == ["ca_certificate", "name"]
    assert "CANARY" not in str(caught.value)
    assert emulator.calls == ()


def test_a_request_shows_no_certificate() -> None:
    """Neither the authority's nor the claim's."""
    request = CreateProvisioningProfile(
        provisioning_type=ProvisioningType.JITR,
        ca_certificate=CERTIFICATE,
        claim_certificate=CERTIFICATE,
    )
    assert "Q0FOQVJZ" not in repr(request)
