"""Every libvirt error becomes a fault of the portal's own, by table."""

import errno
from dataclasses import dataclass

import libvirt
import pytest

from cloudportal.drivers.errors import (
    Busy,
    NotThere,
    OutcomeUnknown,
    Refused,
    Unreachable,
    Unsupported,
    WrongCredentials,
)
from cloudportal.drivers.libvirtd.faults import Code, Source, call_fault, opening_fault


@dataclass
class Error:
    """An error as libvirt's own exception tells it."""

    code: int
    domain: int = libvirt.VIR_FROM_QEMU
    message: str = "no"
    number: int = 0

    def get_error_code(self):
        return self.code

    def get_error_domain(self):
        return self.domain

    def get_error_message(self):
        return self.message

    def get_int1(self):
        return self.number


NAMES = {
    Code.NO_SUPPORT: "NO_SUPPORT",
    Code.NO_CONNECT: "NO_CONNECT",
    Code.INVALID_CONNECTION: "INVALID_CONN",
    Code.SYSTEM_ERROR: "SYSTEM_ERROR",
    Code.RPC: "RPC",
    Code.GNUTLS_ERROR: "GNUTLS_ERROR",
    Code.NO_DOMAIN: "NO_DOMAIN",
    Code.NO_NETWORK: "NO_NETWORK",
    Code.AUTH_FAILED: "AUTH_FAILED",
    Code.NO_STORAGE_POOL: "NO_STORAGE_POOL",
    Code.NO_STORAGE_VOLUME: "NO_STORAGE_VOL",
    Code.OPERATION_INVALID: "OPERATION_INVALID",
    Code.CONFIG_UNSUPPORTED: "CONFIG_UNSUPPORTED",
    Code.OPERATION_TIMEOUT: "OPERATION_TIMEOUT",
    Code.ARGUMENT_UNSUPPORTED: "ARGUMENT_UNSUPPORTED",
    Code.AUTH_CANCELLED: "AUTH_CANCELLED",
    Code.OPERATION_UNSUPPORTED: "OPERATION_UNSUPPORTED",
    Code.SSH: "SSH",
    Code.RESOURCE_BUSY: "RESOURCE_BUSY",
    Code.ACCESS_DENIED: "ACCESS_DENIED",
    Code.STORAGE_VOLUME_EXISTS: "STORAGE_VOL_EXIST",
    Code.AUTH_UNAVAILABLE: "AUTH_UNAVAILABLE",
    Code.LIBSSH: "LIBSSH",
    Code.NO_NWFILTER: "NO_NWFILTER",
    Code.AGENT_UNRESPONSIVE: "AGENT_UNRESPONSIVE",
    Code.AGENT_UNSYNCED: "AGENT_UNSYNCED",
}


def test_the_numbers_are_those_of_the_library():
    assert {code: getattr(libvirt, f"VIR_ERR_{NAMES[code]}") for code in Code} == {
        code: int(code) for code in Code
    }
    assert (Source.RPC, Source.REMOTE) == (libvirt.VIR_FROM_RPC, libvirt.VIR_FROM_REMOTE)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (libvirt.VIR_ERR_NO_DOMAIN, NotThere),
        (libvirt.VIR_ERR_NO_STORAGE_VOL, NotThere),
        (libvirt.VIR_ERR_OPERATION_TIMEOUT, Busy),
        (libvirt.VIR_ERR_RESOURCE_BUSY, Busy),
        (libvirt.VIR_ERR_OPERATION_UNSUPPORTED, Unsupported),
        (libvirt.VIR_ERR_ACCESS_DENIED, WrongCredentials),
        (libvirt.VIR_ERR_OPERATION_INVALID, Refused),
        (libvirt.VIR_ERR_INTERNAL_ERROR, Refused),
        (libvirt.VIR_ERR_XML_ERROR, Refused),
        (9999, Refused),
    ],
)
@pytest.mark.parametrize("is_effect", [True, False])
def test_a_calls_error_is_found_in_the_table(code, kind, is_effect):
    fault = call_fault(Error(code), is_effect=is_effect)

    assert type(fault) is kind
    assert str(code) in fault.detail


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (libvirt.VIR_ERR_OPERATION_INVALID, "volume 'x' is still being allocated."),
        (libvirt.VIR_ERR_OPERATION_INVALID, "volume 'x' is still in use."),
        (libvirt.VIR_ERR_INTERNAL_ERROR, "pool 'x' has asynchronous jobs running."),
    ],
)
def test_another_callers_work_in_a_pool_will_end(code, message):
    assert type(call_fault(Error(code, libvirt.VIR_FROM_STORAGE, message), is_effect=True)) is Busy


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            libvirt.VIR_ERR_INTERNAL_ERROR,
            "internal error: Failed to apply firewall rules ebtables -t nat -A x: RULE_DELETE failed",
        ),
        (
            libvirt.VIR_ERR_OPERATION_FAILED,
            "operation failed: failed to add new filter rules to 'vnet3' - attempting to restore old rules",
        ),
    ],
)
def test_a_race_for_the_packet_filter_is_worth_another_try(code, message):
    error = Error(code, libvirt.VIR_FROM_FIREWALL, message)
    assert type(call_fault(error, is_effect=True)) is Busy


@pytest.mark.parametrize("code", [libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_INTERNAL_ERROR])
def test_a_broken_connection_leaves_only_an_effect_in_doubt(code):
    error = Error(code, libvirt.VIR_FROM_RPC)

    assert type(call_fault(error, is_effect=True)) is OutcomeUnknown
    assert type(call_fault(error, is_effect=False)) is Unreachable


def test_a_missing_file_on_the_host_is_not_there():
    error = Error(libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_STORAGE, number=errno.ENOENT)

    assert type(call_fault(error, is_effect=True)) is NotThere


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Error(libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC, "Connection refused"), Unreachable),
        (Error(libvirt.VIR_ERR_NO_CONNECT), Unreachable),
        (Error(libvirt.VIR_ERR_AUTH_FAILED), WrongCredentials),
        (
            Error(libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC, "Permission denied (publickey)"),
            WrongCredentials,
        ),
        (
            Error(libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC, "Host key verification failed."),
            WrongCredentials,
        ),
        (Error(libvirt.VIR_ERR_INTERNAL_ERROR, 0, "anything else"), Unreachable),
    ],
)
def test_a_connection_that_was_not_opened_changed_nothing(error, kind):
    assert type(opening_fault(error)) is kind
