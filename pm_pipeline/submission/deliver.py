"""The upload's own states: prepared -> uploading -> uploaded, or unknown, which is resolved by looking.

The intent to upload is committed before the first byte leaves, so a crash leaves "uploading", which means the same as
"unknown": look into the partner's folder and archive; there with the same size, it arrived; absent, the same bytes go
again under the same name and the same control numbers. An answer from the partner (TA1, 999 ...) proves arrival too,
for partners that take a file away as soon as they have it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import duckdb

from pm_pipeline.config import Config, Partner
from pm_pipeline.errors import ConfigError, TransportError
from pm_pipeline.scrub.events import RANKS
from pm_pipeline.submission.sent_events import new_sent_events
from pm_pipeline.transport.sftp import NotTaken, RemoteFile
from pm_pipeline.transport.upload import Uploads, upload
from pm_pipeline.warehouse import unit, utc_now

SessionFactory = Callable[[Partner], AbstractContextManager[Uploads]]


class Outbox(Protocol):
    """What is needed of the outbox here (transport.store.FileStore has it)."""

    def path(self, file_id: str) -> Path:
        """Where the bytes are."""
        ...

    def verify(self, file_id: str) -> bool:
        """True when they are there, unchanged."""
        ...


@dataclass
class Delivered:
    """Interchanges (ISA13) that arrived, those tried in vain, and by partner why they still wait.

    unreachable are the partners whose session could not be opened or broke off.
    """

    uploaded: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    unreachable: list[str] = field(default_factory=list)


class _Pending(NamedTuple):
    isa13: int
    partner_id: str
    file_id: str
    remote_name: str
    bytes: int
    state: str
    is_answered: bool


def deliver(
    con: duckdb.DuckDBPyConnection,
    session_factory: SessionFactory,
    config: Config,
    outbox: Outbox,
    today: dt.date,
    run_id: str,
    before: Delivered | None = None,
) -> Delivered:
    """Bring every interchange that has not surely arrived to its partner, but not what the pass `before` tried in vain.

    A partner that cannot be reached, or one file in doubt, never stops the others; what went wrong is in `problems`.
    """
    run = _Delivery(con, outbox, today, run_id)
    tried = before or Delivered()
    pending = [one for one in _pending(con) if one.partner_id not in tried.unreachable and one.isa13 not in tried.left]
    run.report_unknown_partners(pending, config)
    for partner in config.partners.partners:
        mine = [one for one in pending if one.partner_id == partner.partner_id]
        for one in [one for one in mine if one.state != "prepared" and one.is_answered]:
            run.arrived(one, "answered by the partner")
            mine.remove(one)
        if not mine:
            continue
        try:
            with session_factory(partner) as session:
                run.deliver_all(session, partner, mine)
        except (TransportError, ConfigError) as problem:
            run.done.problems[partner.partner_id] = str(problem)
            run.done.unreachable.append(partner.partner_id)
    return run.done


class _Delivery:
    """One pass over what is pending."""

    def __init__(self, con: duckdb.DuckDBPyConnection, outbox: Outbox, today: dt.date, run_id: str) -> None:
        self.con = con
        self.outbox = outbox
        self.today = today
        self.run_id = run_id
        self.done = Delivered()

    def deliver_all(self, session: Uploads, partner: Partner, pending: Sequence[_Pending]) -> None:
        """Each in the order of its number. Raises TransportError when the session is of no more use."""
        for one in pending:
            try:
                why = self._deliver_one(session, partner, one)
            except NotTaken as refused:
                why = str(refused)
            if why is not None:
                self.done.left.append(one.isa13)
                self.done.problems[partner.partner_id] = why

    def report_unknown_partners(self, pending: Sequence[_Pending], config: Config) -> None:
        """Say what waits for partners that trading_partners.yaml no longer has; nothing else would."""
        known = {partner.partner_id for partner in config.partners.partners}
        for one in pending:
            if one.partner_id not in known:
                self.done.left.append(one.isa13)
                self.done.problems[one.partner_id] = (
                    f"Interchange {one.isa13} waits for {one.partner_id}, which is no longer in trading_partners.yaml. "
                    "Put the partner back until it has arrived; its claims are not sent to anyone else."
                )

    def _deliver_one(self, session: Uploads, partner: Partner, one: _Pending) -> str | None:
        """Returns why it still waits, or None. Raises NotTaken when the partner's server refuses this one."""
        if one.state != "prepared" and (found := _look(session, partner, one)) is not None:
            if found.size == one.bytes:
                self.arrived(one, "found at the partner")
                return None
            return (
                f"{found.path} at the partner has another size than the {one.bytes} bytes of interchange "
                f"{one.isa13}. Ask the partner what they received, and have them remove it when it is not "
                "whole; it then goes out again by itself."
            )
        if not self.outbox.verify(one.file_id):
            return (
                f"The bytes of interchange {one.isa13} (file {one.file_id[:12]}) are missing from edi_outbox or "
                "were changed. Restore the file from the backup; it was not sent."
            )
        self._send(session, partner.send_folder or "", one)
        return None

    def arrived(self, one: _Pending, detail: str | None) -> None:
        """Record the arrival, and that its claims are sent."""
        with unit(self.con, "submission.uploaded", self.run_id), new_sent_events(self.con, self.run_id):
            self._state(one, "uploaded", detail)
            self.con.execute(
                "INSERT INTO new_sent_event SELECT claim_id, payer_turn, version, 'sent', 'sent', CAST(isa13 AS VARCHAR), "
                "CAST(? AS DATE), concat('ISA13 ', isa13, ' ST02 ', st02), ?, first_segment_no "
                "FROM submission.sent_claim WHERE isa13 = ?",
                [self.today, one.file_id, one.isa13],
            )
        self.done.uploaded.append(one.isa13)

    def _send(self, session: Uploads, folder: str, one: _Pending) -> None:
        with unit(self.con, "submission.uploading", self.run_id):
            self._state(one, "uploading", None)
        try:
            upload(session, folder, one.remote_name, self.outbox.path(one.file_id))
        except TransportError as problem:
            with unit(self.con, "submission.unknown", self.run_id):
                self._state(one, "unknown", str(problem))
            raise
        self.arrived(one, None)

    def _state(self, one: _Pending, state: str, detail: str | None) -> None:
        self.con.execute(
            "INSERT INTO submission.upload_event SELECT ?, max(seq) + 1, ?, ?, ?, ?, ? "
            "FROM submission.upload_event WHERE isa13 = ?",
            [one.isa13, state, detail, self.today, utc_now(), self.run_id, one.isa13],
        )


def _look(session: Uploads, partner: Partner, one: _Pending) -> RemoteFile | None:
    """The file where it was put, or where partners move what they have taken."""
    for folder in (partner.send_folder, partner.archive_folder):
        if folder and (found := session.stat(folder, one.remote_name)) is not None:
            return found
    return None


def _pending(con: duckdb.DuckDBPyConnection) -> list[_Pending]:
    rows = con.execute(
        "SELECT isa13, partner_id, file_id, remote_name, bytes, upload.state, EXISTS ("
        "  SELECT 1 FROM submission.batch_claim AS sent JOIN scrub.claim_event AS event USING (claim_id, version) "
        "  WHERE sent.isa13 = outbound.isa13 AND event.rank >= ?) OR EXISTS ("
        "  SELECT 1 FROM submission.later_state AS later WHERE later.isa13 = outbound.isa13 AND later.rank >= ?) "
        "FROM submission.interchange AS outbound JOIN submission.upload_state AS upload USING (isa13) "
        "WHERE upload.state <> 'uploaded' ORDER BY isa13",
        [RANKS["interchange_accepted"], RANKS["interchange_accepted"]],
    ).fetchall()
    return [_Pending(*row) for row in rows]
