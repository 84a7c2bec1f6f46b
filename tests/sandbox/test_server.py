"""The sandbox's SFTP server: its accounts, keys and closed folders."""

from __future__ import annotations

import asyncio
import dataclasses
import stat
import threading
from pathlib import Path

import asyncssh
import pytest

from pm_pipeline.config import load_config, read_secret
from pm_pipeline.errors import ConfigError, TransportError
from pm_pipeline.home import Home
from pm_pipeline.sandbox.server import Account, Faults, SftpServer, prepare_accounts
from pm_pipeline.transport.sftp import Endpoint, connect


def test_every_embedded_partner_of_the_shipped_configuration_can_log_in(home: Home) -> None:
    accounts = prepare_accounts(home.settings, home.config)
    with SftpServer(home.settings.sandbox_dir, accounts) as server:
        for partner in home.config.partners.partners:
            endpoint = Endpoint.of(partner, read_secret(partner, home.settings), server.at)
            with connect(endpoint, 5) as session:
                for folder in partner.fetch_folders:
                    assert session.list(folder, 10) == []
                if partner.send_folder is not None:
                    assert session.list(partner.send_folder, 10) == []


def test_secrets_are_private_and_made_once(home: Home) -> None:
    first = prepare_accounts(home.settings, home.config)
    keys = home.settings.sandbox_dir / "keys"
    made = {path.name: path.read_bytes() for path in keys.iterdir()}
    assert set(made) == {"clearinghouse", "practice.password", "bank"}
    assert made["bank"].startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----")
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}
    assert prepare_accounts(home.settings, home.config) == first
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == made
    assert made["practice.password"].decode().strip() not in repr(first)


def test_the_host_key_stays_the_same_and_the_port_is_loopback_only(tmp_path: Path) -> None:
    with SftpServer(tmp_path, []) as server:
        first = server.host_key_line
        assert server.at == ("127.0.0.1", server.port, first)
    with SftpServer(tmp_path, []) as server:
        assert server.host_key_line == first
    assert stat.S_IMODE((tmp_path / "keys" / "host").stat().st_mode) == 0o600


def test_an_account_sees_its_own_folder_only(tmp_path: Path) -> None:
    accounts = [Account("a", password="x", folders=("in",)), Account("b", password="y", folders=("in",))]
    with SftpServer(tmp_path, accounts) as server:
        (server.folder("b") / "in" / "secret").write_bytes(b"b's")
        with connect(Endpoint(*server.at, "a", "x"), 5) as session:
            assert session.list("../../in", 10) == []
            assert session.exists("/../b/in", "secret") is False
            assert [file.name for file in session.list("/", 10)] == [b"in"]


def test_nothing_but_sftp_is_served(tmp_path: Path) -> None:
    async def run(port: int) -> None:
        async with asyncssh.connect(
            "127.0.0.1", port, username="a", password="x", known_hosts=None, client_keys=None, config=None
        ) as connection:
            await connection.run("id", check=True)

    with SftpServer(tmp_path, [Account("a", password="x")]) as server, pytest.raises(asyncssh.ChannelOpenError):
        asyncio.run(run(server.port))


def test_an_account_without_password_takes_no_password(tmp_path: Path) -> None:
    with SftpServer(tmp_path, [Account("a")]) as server:
        for password in ("", "None"):
            with (
                pytest.raises(TransportError, match="refused the login"),
                connect(Endpoint(*server.at, "a", password), 5),
            ):
                pass


def test_stopping_ends_the_thread_and_open_sessions(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with SftpServer(tmp_path, [Account("a", password="x", folders=("in",))]) as server:
        endpoint = Endpoint(*server.at, "a", "x")
        with connect(endpoint, 5) as session:
            session.list("in", 10)
            server.__exit__(None, None, None)
            with pytest.raises(TransportError, match=r"dropped the connection|stopped answering"):
                session.list("in", 10)
    assert set(threading.enumerate()) <= before
    with pytest.raises(TransportError, match="cannot be reached"), connect(endpoint, 5):
        pass


def test_a_password_from_the_environment_must_be_there(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    partner = home.config.partner("practice").model_copy(
        update={"password_file": None, "password_env": "PM_TEST_PASSWORD"}
    )
    partners = home.config.partners.model_copy(update={"partners": [partner]})
    config = dataclasses.replace(home.config, payers=[], partners=partners)
    monkeypatch.delenv("PM_TEST_PASSWORD", raising=False)
    with pytest.raises(ConfigError, match="PM_TEST_PASSWORD"):
        prepare_accounts(home.settings, config)
    monkeypatch.setenv("PM_TEST_PASSWORD", "from the environment")
    assert prepare_accounts(home.settings, config)[0].password == "from the environment"


def test_an_embedded_partner_is_not_reached_without_the_sandbox(home: Home) -> None:
    partner = load_config(home.settings).partner("bank")
    with pytest.raises(ConfigError, match="running sandbox"):
        Endpoint.of(partner, "secret")


def test_a_server_runs_with_faults_from_the_start(tmp_path: Path) -> None:
    faults = Faults(denied=frozenset({b"x"}))
    with SftpServer(tmp_path, [Account("a", password="x", folders=("in",))], faults) as server:
        assert server.faults is faults
