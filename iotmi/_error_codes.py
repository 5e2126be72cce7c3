"""The class of error for each code that the service, AWS or a proxy answers with."""

from collections.abc import Mapping
from typing import Final

from iotmi.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    ExpiredTokenError,
    InternalFailureError,
    InternalServerError,
    InvalidRequestError,
    LimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    ServiceQuotaExceededError,
    ServiceUnavailableError,
    ThrottlingError,
    UnauthorizedError,
    ValidationError,
)

ERRORS_BY_CODE: Final[Mapping[str, type[ServiceError]]] = {
    # The twelve of the service's model.
    "AccessDeniedException": AccessDeniedError,
    "ConflictException": ConflictError,
    "InternalFailureException": InternalFailureError,
    "InternalServerException": InternalServerError,
    "InvalidRequestException": InvalidRequestError,
    "LimitExceededException": LimitExceededError,
    "ResourceNotFoundException": ResourceNotFoundError,
    "ServiceQuotaExceededException": ServiceQuotaExceededError,
    "ServiceUnavailableException": ServiceUnavailableError,
    "ThrottlingException": ThrottlingError,
    "UnauthorizedException": UnauthorizedError,
    "ValidationException": ValidationError,
    # Those that stand before every AWS service.
    "AccessDenied": AccessDeniedError,
    "ExpiredToken": ExpiredTokenError,
    "ExpiredTokenException": ExpiredTokenError,
    "IncompleteSignature": AuthenticationError,
    "IncompleteSignatureException": AuthenticationError,
    "InternalFailure": InternalFailureError,
    "InvalidClientTokenId": AuthenticationError,
    "InvalidSignatureException": AuthenticationError,
    "MissingAuthenticationToken": AuthenticationError,
    "MissingAuthenticationTokenException": AuthenticationError,
    "RequestExpired": AuthenticationError,
    "RequestLimitExceeded": ThrottlingError,
    "RequestThrottled": ThrottlingError,
    "RequestThrottledException": ThrottlingError,
    "ServiceUnavailable": ServiceUnavailableError,
    "SignatureDoesNotMatch": AuthenticationError,
    "Throttling": ThrottlingError,
    "ThrottledException": ThrottlingError,
    "TooManyRequestsException": ThrottlingError,
    "UnrecognizedClientException": AuthenticationError,
    # What botocore says where a proxy or load balancer answered without a code of the service's.
    "429": ThrottlingError,
    "500": InternalServerError,
    "502": ServiceUnavailableError,
    "503": ServiceUnavailableError,
    "504": ServiceUnavailableError,
}
