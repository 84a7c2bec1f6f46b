"""The exception tree, drawn in one place.

PmError                  something a person can act on; the text says what, where and the remedy, and holds no PHI
|- ConfigError           a file in config/ is wrong: names the file, the key, what is expected
|- WarehouseError        the database cannot be opened or trusted
|  |- WarehouseBusy      another process holds the writer lock
|  |- IntegrityError     the database and its outside anchor disagree
|- LedgerError           a proposed ledger transaction is not lawful (does not balance, changes a posted key)
|- TransportError        a partner's server could not be reached or trusted
|- FeedError             a whole practice feed file was refused
|- RuleError             an edit rule file is wrong
|- SubmissionError       an interchange could not be made or sent
|- DenialError           an action on a denial that may not be done, or a letter that cannot be written
|- DeskError             an action at the desk that cannot be logged, or an action log that is not whole
"""

from __future__ import annotations


class PmError(Exception):
    """A problem stated for the person who must fix it."""


class ConfigError(PmError):
    """A configuration file is missing or wrong."""


class WarehouseError(PmError):
    """The warehouse cannot be opened or trusted."""


class WarehouseBusy(WarehouseError):
    """Another process is writing to the warehouse."""


class IntegrityError(WarehouseError):
    """The warehouse is not the one the anchor was written for."""


class LedgerError(PmError):
    """A ledger transaction that must not be posted."""


class TransportError(PmError):
    """A trading partner could not be reached or trusted."""


class FeedError(PmError):
    """A practice feed file that cannot be read at all."""


class RuleError(PmError):
    """An edit rule that cannot be used."""


class SubmissionError(PmError):
    """An interchange that cannot be made or sent."""


class DenialError(PmError):
    """An action on a denial that may not be done, or a letter that cannot be written."""


class DeskError(PmError):
    """An action at the desk that cannot be logged, or an action log that is not whole."""
