"""The parts of a call without I/O: building and validating a request, decoding a response."""

import json

from botocore.model import OperationModel, StructureShape
from botocore.parsers import create_parser
from botocore.session import Session
from botocore.validate import ParamValidator
from capo_iot_managed_integrations.types.list_managed_things_response import deserialize_json

from iotmi import CreateManagedThing, ListManagedThings, unchecked
from iotmi._serde.decoder import decode_response
from tests.benchmarks.clients import boto3_parameters, iotmi_request
from tests.benchmarks.devices import Device, of_new_models
from tests.benchmarks.measuring import FLOOR, Preparations, for_each, repeated
from tests.benchmarks.responses import page


def building(_url: str, calls: int) -> Preparations:
    """Prepare building and validating a creation with 40 capabilities. capo does not validate."""
    shape = _known(_operation("CreateManagedThing").input_shape)
    validator = ParamValidator()

    def build_and_validate(device: Device) -> None:
        report = validator.validate({**boto3_parameters(device), "ClientToken": "token"}, shape)
        if report.has_errors():
            raise ValueError(report.generate_report())

    return {
        "boto3": for_each(build_and_validate, iter(of_new_models()), calls),
        "iotmi": for_each(iotmi_request, iter(of_new_models()), calls),
    }


def building_unchecked(_url: str, calls: int) -> Preparations:
    """Prepare building a creation without validation. For boto3, this builds only dicts."""

    def build(device: Device) -> CreateManagedThing:
        with unchecked():
            return iotmi_request(device)

    return {
        "boto3": for_each(boto3_parameters, iter(of_new_models()), calls),
        "iotmi": for_each(build, iter(of_new_models()), calls),
    }


def decoding(_url: str, calls: int) -> Preparations:
    """Prepare decoding a page of 100 things. `json.loads` alone is the floor."""
    body = page(0, 1)
    shape = _known(_operation("ListManagedThings").output_shape)
    parser = create_parser("rest-json")
    response = {"status_code": 200, "headers": {}, "body": body}
    request = ListManagedThings()
    return {
        "boto3": repeated(lambda: parser.parse(response, shape), calls),
        "iotmi": repeated(lambda: decode_response(json.loads(body), request), calls),
        "capo": repeated(lambda: deserialize_json(json.loads(body)), calls),
        FLOOR: repeated(lambda: json.loads(body), calls),
    }


def _operation(name: str) -> OperationModel:
    return Session().get_service_model("iot-managed-integrations").operation_model(name)


def _known(shape: StructureShape | None) -> StructureShape:
    if shape is None:
        raise LookupError("the operation has no such shape")
    return shape
