"""Provisioning profiles, through both clients."""

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


def test_a_profile_is_read_as_created(client: Client) -> None:
    """A read returns name, type, tags and certificate, and not the private key."""
    created = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING, name="Hubs_1", tags={"site": "a"}
    )
    assert created.claim_certificate_private_key
    found = client.provisioning_profiles.get(created.id)
    assert (found.id, found.arn, found.name) == (created.id, created.arn, "Hubs_1")
    assert found.provisioning_type == ProvisioningType.FLEET_PROVISIONING
    assert found.claim_certificate == created.claim_certificate
    assert found.tags == {"site": "a"}
    assert not hasattr(found, "claim_certificate_private_key")


def test_secrets_of_a_creation_are_redacted(client: Client) -> None:
    """The certificate and the private key can be read, and their reprs are redacted."""
    created = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING
    )
    assert created.claim_certificate
    assert created.claim_certificate_private_key
    assert created.claim_certificate not in repr(created)
    assert created.claim_certificate_private_key not in repr(created)
    assert "claim_certificate_private_key='***'" in repr(created)


def test_a_profile_accepts_given_certificates(client: Client) -> None:
    """A certificate in PEM passes validation and is returned by a read."""
    created = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.JITR,
        ca_certificate=CERTIFICATE,
        claim_certificate=CERTIFICATE,
    )
    assert client.provisioning_profiles.get(created.id).claim_certificate == CERTIFICATE


def test_a_profile_is_waited_for(client: Client) -> None:
    """The waiter returns the created profile, and the listing contains it."""
    created = client.provisioning_profiles.create(
        provisioning_type=ProvisioningType.FLEET_PROVISIONING
    )
    profile = client.provisioning_profiles.wait_until_created(created.id)
    assert (profile.id, profile.status) == (created.id, ProvisioningProfileStatus.CREATED)
    (summary,) = client.provisioning_profiles.list()
    assert (summary.id, summary.status) == (created.id, ProvisioningProfileStatus.CREATED)


async def test_a_profile_in_deletion_ends_the_wait(async_client: AsyncClient) -> None:
    """The waiter raises at once for a profile in deletion, and for a deleted profile."""
    family = async_client.provisioning_profiles
    created = await family.create(provisioning_type=ProvisioningType.FLEET_PROVISIONING)
    await family.wait_until_created(created.id)
    await family.delete(created.id)
    with pytest.raises(WaitFailedError) as caught:
        await family.wait_until_created(created.id)
    seen = getattr(caught.value.last_value, "status", None)
    assert seen == ProvisioningProfileStatus.DELETE_IN_PROGRESS
    with pytest.raises(ResourceNotFoundError):
        await family.wait_until_created(created.id)


@pytest.mark.parametrize(
    "status",
    [ProvisioningProfileStatus.CREATE_FAILED, ProvisioningProfileStatus.DELETE_FAILED],
)
def test_a_failed_profile_ends_the_wait(status: ProvisioningProfileStatus) -> None:
    """The waiter raises at once for a profile that failed."""
    seen = ProvisioningProfile(id="1", status=status)
    with pytest.raises(WaitFailedError) as caught:
        fed(vars(ProvisioningProfiles)["wait_until_created"].function("1"), seen)
    assert caught.value.last_value is seen


def test_a_profile_that_is_never_created_times_out() -> None:
    """The waiter times out, measured in simulated pauses."""
    seen = ProvisioningProfile(id="1", status=ProvisioningProfileStatus.CREATE_IN_PROGRESS)
    with pytest.raises(WaitTimeoutError) as caught:
        fed(vars(ProvisioningProfiles)["wait_until_created"].function("1", timeout=60), seen)
    assert caught.value.last_value is seen


def test_a_rejected_certificate_is_redacted(client: Client, emulator: Emulator) -> None:
    """A certificate that is not PEM is rejected before sending, and redacted in the error."""
    with pytest.raises(ConstraintError) as caught:
        client.provisioning_profiles.create(
            provisioning_type=ProvisioningType.JITR, ca_certificate="CANARY", name="x" * 37
        )
    assert [problem.path for problem in caught.value.problems] == ["ca_certificate", "name"]
    assert "CANARY" not in str(caught.value)
    assert emulator.calls == ()


def test_certificates_of_a_request_are_redacted() -> None:
    """Both certificates are redacted in the repr of a request."""
    request = CreateProvisioningProfile(
        provisioning_type=ProvisioningType.JITR,
        ca_certificate=CERTIFICATE,
        claim_certificate=CERTIFICATE,
    )
    assert "Q0FOQVJZ" not in repr(request)
