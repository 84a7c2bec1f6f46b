"""Reaching trading partners: real ones over the network, embedded ones in the sandbox, all through the same session.

The embedded sandbox is a real SFTP server on loopback, started in this process the first time a partner is reached and
stopped at exit. Its time is the run's: before files are fetched, and after files are sent, it is moved to the run's date.
"""

from __future__ import annotations

import atexit
import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pm_pipeline.config import Partner, read_secret
from pm_pipeline.errors import ConfigError
from pm_pipeline.home import Home
from pm_pipeline.sandbox.mixes import STANDARD
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.server import SftpServer, prepare_accounts
from pm_pipeline.sandbox.world import Sandbox, mix_of
from pm_pipeline.transport.handshake import Endpoint
from pm_pipeline.transport.sftp import Session, connect


class Embedded:
    """The running sandbox of one installation: its server and its world."""

    def __init__(self, home: Home, plan: Plan | None = None) -> None:
        self._stack = ExitStack()
        accounts = prepare_accounts(home.settings, home.config)
        self.server = self._stack.enter_context(SftpServer(home.settings.sandbox_dir, accounts))
        self.world = Sandbox(home.settings, home.config, plan=plan or plan_of(home))

    def stop(self) -> None:
        """Stop the server and close the world's books."""
        self.world.close()
        self._stack.close()


def plan_of(home: Home, mix: str | None = None) -> Plan:
    """The shipped plan of the mix the sandbox of this installation was begun by; of `mix`, else the standard one, when it
    is yet to begin. Raises ConfigError when it was begun by another mix than the one asked for."""
    begun = mix_of(home.settings, home.config)
    if begun and mix and begun != mix:
        raise ConfigError(
            f"The sandbox in {home.settings.sandbox_dir} was begun with the {begun} mix and cannot go on with the {mix} mix. "
            "Begin again with --fresh, or give the other mix a folder of its own (PM_HOME)."
        )
    return Plan.of_mix(begun or mix or STANDARD)


_RUNNING: dict[Path, Embedded] = {}


def embedded(home: Home, plan: Plan | None = None) -> Embedded:
    """The sandbox of this installation, started at the first call: with `plan`, or with the shipped one of its mix."""
    key = home.settings.sandbox_dir
    if key not in _RUNNING:
        _RUNNING[key] = Embedded(home, plan)
    return _RUNNING[key]


def stop_embedded() -> None:
    """Stop every sandbox this process started."""
    while _RUNNING:
        _RUNNING.popitem()[1].stop()


atexit.register(stop_embedded)


class Exchange:
    """Sessions with the partners of one installation, on one business date."""

    def __init__(self, home: Home, today: dt.date) -> None:
        self.home = home
        self.today = today

    def advance(self) -> None:
        """Let the embedded sandbox live through its days up to today; nothing when no partner is embedded."""
        if any(partner.embedded for partner in self.home.config.partners.partners):
            embedded(self.home).world.advance(self.today)

    @contextmanager
    def session(self, partner: Partner) -> Iterator[Session]:
        """A session with this partner. Raises TransportError or ConfigError."""
        at = None
        if partner.embedded:
            server = embedded(self.home).server
            at = ("127.0.0.1", server.port, server.host_key_line)
        endpoint = Endpoint.of(partner, read_secret(partner, self.home.settings), at)
        with connect(endpoint, partner.timeout_seconds) as session:
            yield session
