"""Reaching a server: logins, pinned host key, algorithms, timeouts."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from pm_pipeline.errors import ConfigError, TransportError
from pm_pipeline.sandbox.server import Account, SftpServer, make_key, public_key_line
from pm_pipeline.transport.handshake import Endpoint, read_host_key
from pm_pipeline.transport.sftp import connect
from tests.transport.conftest import Remote


def test_login_with_a_key(remote: Remote) -> None:
    with remote.connect() as session:
        assert session.list("outgoing", 10) == []


def test_login_with_a_password(remote: Remote) -> None:
    with connect(replace(remote.endpoint, username="practice", secret="correct horse"), 5) as session:
        assert session.list("outgoing", 10) == []


@pytest.mark.parametrize("username", ["practice", "nobody"])
def test_a_refused_login_says_what_to_check_and_not_the_password(remote: Remote, username: str) -> None:
    endpoint = replace(remote.endpoint, username=username, secret="wrong horse")
    with pytest.raises(TransportError, match="refused the login") as told, connect(endpoint, 5):
        pass
    assert "password_file" in str(told.value)
    assert "wrong horse" not in str(told.value) + repr(endpoint)


def test_a_key_that_is_not_installed_is_refused(remote: Remote, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other")
    with pytest.raises(TransportError, match="refused the login"), connect(replace(remote.endpoint, secret=other), 5):
        pass


def test_a_key_file_that_is_no_key_names_the_file(remote: Remote, tmp_path: Path) -> None:
    path = tmp_path / "not_a_key"
    path.write_text("hello")
    with pytest.raises(ConfigError, match="not_a_key"), connect(replace(remote.endpoint, secret=path), 5):
        pass


def test_b023_another_host_key_than_the_pinned_one_stops_before_the_login(remote: Remote, tmp_path: Path) -> None:
    pinned = public_key_line(make_key(tmp_path / "other"))
    with pytest.raises(TransportError) as told, connect(replace(remote.endpoint, host_key=pinned), 5):
        pass
    text = str(told.value)
    assert read_host_key(pinned).fingerprint in text
    assert read_host_key(remote.server.host_key_line).fingerprint in text
    assert "Nothing was sent" in text
    assert "Call the partner" in text


def test_a_pinned_key_of_another_type_still_tells_what_was_shown(remote: Remote) -> None:
    pinned = asyncssh.generate_private_key("ecdsa-sha2-nistp256").export_public_key("openssh").decode()
    with (
        pytest.raises(TransportError, match=r"expected ecdsa-sha2-nistp256 .* got ssh-ed25519"),
        connect(replace(remote.endpoint, host_key=pinned), 5),
    ):
        pass


@pytest.mark.parametrize("line", ["", "ssh-ed25519", "ssh-ed25519 %%%", "ssh-dss AAAAB3NzaC1kc3M=", "ssh-ed25519 AAAA"])
def test_a_host_key_that_cannot_be_read_is_a_configuration_error(remote: Remote, line: str) -> None:
    with pytest.raises(ConfigError, match="host_key"), connect(replace(remote.endpoint, host_key=line), 5):
        pass


def test_a_line_of_ssh_keyscan_can_be_pinned_as_it_is(remote: Remote) -> None:
    line = f"[{remote.server.host}]:{remote.server.port} {remote.server.host_key_line} comment"
    with connect(replace(remote.endpoint, host_key=line), 5) as session:
        assert session.exists("outgoing", "x") is False


def test_b025_a_server_with_weak_algorithms_only_is_refused(tmp_path: Path) -> None:
    with SftpServer(tmp_path, [Account("a", password="b")], weak_algorithms=True) as weak:
        endpoint = Endpoint(weak.host, weak.port, weak.host_key_line, "a", "b")
        with pytest.raises(TransportError, match="still safe"), connect(endpoint, 5):
            pass


def test_a_port_where_nothing_listens_says_so(remote: Remote) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransportError, match="cannot be reached"), connect(replace(remote.endpoint, port=port), 1):
        pass


def test_a_server_that_says_nothing_is_given_up(remote: Remote) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(TransportError, match="handshake"),
        connect(replace(remote.endpoint, port=listener.getsockname()[1]), 0.3),
    ):
        pass


def test_a_server_that_stops_answering_is_given_up(remote: Remote) -> None:
    with remote.connect(timeout_seconds=0.3) as session:
        remote.faults.silent = True
        remote.drop("a.835", b"x")
        with pytest.raises(TransportError, match="stopped answering"):
            session.list("outgoing", 10)


def test_nothing_of_paramiko_is_logged(remote: Remote, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    remote.drop("DOE_JANE_19700101.835", b"x")
    with remote.connect() as session:
        session.list("outgoing", 10)
        session.exists("outgoing", "DOE_JANE_19700101.835")
    with pytest.raises(TransportError), connect(replace(remote.endpoint, secret="wrong"), 5):
        pass
    assert [record for record in caplog.records if "paramiko" in record.name] == []
    assert "DOE" not in caplog.text
