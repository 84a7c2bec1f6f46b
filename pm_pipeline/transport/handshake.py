"""Reaching a partner's SSH server: socket, host key, algorithms, login. Nothing of SFTP itself.

The host key is pinned in trading_partners.yaml and never learned. Algorithms are an allow-list: paramiko 5.1.0 by
itself still accepts 3des-cbc with hmac-md5. No agent, no keys found in a home folder.
"""

from __future__ import annotations

import base64
import binascii
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import PKey, UnknownKeyType
from paramiko.ssh_exception import AuthenticationException, IncompatiblePeer, SSHException
from paramiko.transport import Transport

from pm_pipeline.config import Partner
from pm_pipeline.errors import ConfigError, TransportError

CIPHERS = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr")
MACS = ("hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512", "hmac-sha2-256")
KEX = (
    "mlkem768x25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
)  # fmt: skip
HOST_KEYS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),  # the key's name; the old signature of that name is not taken
}
WIRE_LOG = "pm_pipeline.transport.paramiko"


@dataclass(frozen=True)
class Endpoint:
    """One account on one server. `host_key` is a public key line ("ssh-ed25519 AAAA..."), `secret` a password, or the
    path of a private key."""

    host: str
    port: int
    host_key: str
    username: str
    secret: str | Path = field(repr=False)

    @classmethod
    def of(cls, partner: Partner, secret: str | Path, at: tuple[str, int, str] | None = None) -> Endpoint:
        """The endpoint of a partner. `at` is host, port and host key of the embedded server. Raises ConfigError."""
        host, port, host_key = at or (partner.host, partner.port, partner.host_key)
        if not host or not host_key:
            raise ConfigError(
                f"trading_partners.yaml: {partner.partner_id}: an embedded partner needs the running sandbox."
            )
        return cls(host, port, host_key, partner.username, secret)

    @property
    def place(self) -> str:
        """host:port, for people."""
        return f"{self.host}:{self.port}"


@contextmanager
def logged_in(endpoint: Endpoint, timeout_seconds: float) -> Iterator[Transport]:
    """An authenticated SSH transport, closed at the end.

    Raises ConfigError for a host key or private key that cannot be read, TransportError when the server cannot be
    reached, shows another host key than the pinned one, has no safe algorithm in common with us, or refuses the login.
    """
    pinned = read_host_key(endpoint.host_key)
    try:
        sock = socket.create_connection((endpoint.host, endpoint.port), timeout=timeout_seconds)
    except OSError as problem:
        raise TransportError(
            f"{endpoint.place} cannot be reached ({problem.strerror or 'no answer in time'}). Check the network and "
            "the partner's maintenance notices, then run the step again; nothing was fetched or sent."
        ) from None
    transport = None
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # paramiko leaves Nagle's delay on
        transport = _transport(sock, pinned, timeout_seconds)
        with within(timeout_seconds, transport):
            _shake_hands(transport, endpoint, pinned, timeout_seconds)
            _log_in(transport, endpoint)
        yield transport
    finally:
        if transport is not None:
            transport.close()
        sock.close()


@contextmanager
def within(seconds: float, transport: Transport) -> Iterator[None]:
    """Close the transport when the body takes longer: some of paramiko's waits have no end of their own."""
    timer = threading.Timer(seconds, transport.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def read_host_key(line: str) -> PKey:
    """The public key of an OpenSSH line, with or without host names before it. Raises ConfigError."""
    words = line.split()
    kinds = [place for place, word in enumerate(words) if word in HOST_KEYS]
    try:
        place = kinds[0]
        return PKey.from_type_string(words[place], base64.b64decode(words[place + 1], validate=True))
    except (IndexError, binascii.Error, ValueError, SSHException, UnknownKeyType):
        raise ConfigError(
            "trading_partners.yaml: host_key is not a public key line. Expected, for example: "
            "ssh-ed25519 AAAAC3Nza... (one line of ssh-keyscan, checked with the partner by telephone); accepted are "
            + ", ".join(HOST_KEYS)
            + "."
        ) from None


def _transport(sock: socket.socket, pinned: PKey, timeout_seconds: float) -> Transport:
    transport = Transport(sock)
    quiet = logging.getLogger(WIRE_LOG)  # its lines carry tracebacks, addresses and remote names; errors say enough
    quiet.propagate = False
    quiet.disabled = True
    transport.set_log_channel(WIRE_LOG)
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = timeout_seconds
    transport.channel_timeout = transport.clear_to_send_timeout = timeout_seconds
    options = transport.get_security_options()
    options.ciphers = tuple(name for name in CIPHERS if name in options.ciphers)
    options.digests = tuple(name for name in MACS if name in options.digests)
    options.kex = tuple(name for name in KEX if name in options.kex)
    others = [name for kind, names in HOST_KEYS.items() if kind != pinned.get_name() for name in names]
    options.key_types = (*HOST_KEYS[pinned.get_name()], *others)  # the others only to tell which key was shown instead
    return transport


def _shake_hands(transport: Transport, endpoint: Endpoint, pinned: PKey, timeout_seconds: float) -> None:
    try:
        transport.start_client(timeout=timeout_seconds)
        shown = transport.get_remote_server_key()
    except IncompatiblePeer:
        raise TransportError(
            f"{endpoint.place} offers no key exchange, cipher or MAC that is still safe, and weak ones stay off here. "
            "Ask the partner's support to enable curve25519-sha256, aes256-ctr and hmac-sha2-256."
        ) from None
    except (SSHException, EOFError, OSError):
        raise TransportError(
            f"{endpoint.place} did not complete an SSH handshake within {timeout_seconds:g} seconds. Check host and "
            "port in trading_partners.yaml and the partner's maintenance notices, then run the step again."
        ) from None
    if shown.get_name() != pinned.get_name() or shown.asbytes() != pinned.asbytes():
        raise TransportError(
            f"{endpoint.place} showed another host key than the pinned one: expected {pinned.get_name()} "
            f"{pinned.fingerprint}, got {shown.get_name()} {shown.fingerprint}. Nothing was sent, not even the login. "
            "Call the partner's EDI support on a number from your contract, never from an e-mail: if they changed the "
            "key, compare the fingerprint by voice and put the new line into host_key of trading_partners.yaml; if "
            "not, somebody stands between you and them, so tell your security officer."
        )


def _log_in(transport: Transport, endpoint: Endpoint) -> None:
    secret = _private_key(endpoint.secret) if isinstance(endpoint.secret, Path) else endpoint.secret
    try:
        if isinstance(secret, PKey):
            transport.auth_publickey(endpoint.username, secret)
        else:
            transport.auth_password(endpoint.username, secret)
    except AuthenticationException:
        pass
    except (SSHException, EOFError, OSError):
        raise TransportError(
            f"{endpoint.place} broke off during the login as {endpoint.username}. Run the step again; if it repeats, "
            "ask the partner whether your address or account is blocked."
        ) from None
    if not transport.is_authenticated():
        raise TransportError(
            f"{endpoint.place} refused the login as {endpoint.username}. Check username and the key_file, "
            "password_file or password_env of this partner in trading_partners.yaml; ask the partner whether the "
            "password expired or the public key is installed. Some lock the account after a few failures: do not retry "
            "in a loop."
        )


def _private_key(path: Path) -> PKey:
    try:
        return PKey.from_path(path)
    except (OSError, ValueError, TypeError, SSHException, UnsupportedAlgorithm, UnknownKeyType):
        raise ConfigError(
            f"trading_partners.yaml: key_file {path} is not a private key that can be used: expected OpenSSH or PEM "
            "format, Ed25519, ECDSA or RSA, without a passphrase."
        ) from None
