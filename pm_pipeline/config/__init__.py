"""What a practice edits: practice, people, payers, partners, contracts, policies, denial workflow, schedule. Data, checked at load."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pm_pipeline.codes import code_set
from pm_pipeline.config.contracts import ContractBook, Contracts, check_contracts
from pm_pipeline.config.denials import DenialEdits, Denials, DenialWorkflow
from pm_pipeline.config.models import (
    AnswerHours,
    Partner,
    Payer,
    Payers,
    Practice,
    Schedule,
    TradingPartners,
)
from pm_pipeline.config.money import MoneyPolicy
from pm_pipeline.config.people import People
from pm_pipeline.config.policy import Policies, load_policies
from pm_pipeline.config.read import read_model as _load
from pm_pipeline.config.statements import StatementPolicies
from pm_pipeline.errors import ConfigError
from pm_pipeline.settings import Settings


@dataclass(frozen=True)
class Config:
    """Everything in config/, checked one by one and against each other."""

    practice: Practice
    payers: list[Payer]
    partners: TradingPartners
    posting_policy: Policies
    schedule: Schedule
    money_policy: MoneyPolicy
    denials: Denials
    people: People
    statements: StatementPolicies
    contracts: ContractBook = field(default_factory=ContractBook)
    rules: Path | None = None
    """The folder of the practice's own edit rules, which need not be there."""

    def partner(self, partner_id: str) -> Partner:
        """The partner with this id. Raises ConfigError."""
        for partner in self.partners.partners:
            if partner.partner_id == partner_id:
                return partner
        known = ", ".join(item.partner_id for item in self.partners.partners)
        raise ConfigError(f"There is no trading partner {partner_id!r} in trading_partners.yaml. Known: {known}.")

    def answer_hours(self, payer: Payer) -> AnswerHours:
        """How long silence is normal after an upload for this payer: its own hours where it has some, else its partner's."""
        own = payer.answer_hours.model_dump(exclude_none=True)
        return self.partner(payer.partner_id).answer_hours.model_copy(update=own)


def load_config(settings: Settings) -> Config:
    """Read and check every file of settings.config_dir. Raises ConfigError: file, key, what is expected."""
    folder = settings.config_dir
    practice = _load(folder / "practice.yaml", Practice)
    payers = _load(folder / "payers.yaml", Payers).payers
    contracts = folder / "contracts.yaml"
    config = Config(
        practice=practice,
        payers=payers,
        partners=_load(folder / "trading_partners.yaml", TradingPartners),
        posting_policy=load_policies(folder, practice.posting_policy, {payer.payer_id for payer in payers}),
        schedule=_load(folder / "schedule.yaml", Schedule),
        money_policy=_load(folder / "money_policy.yaml", MoneyPolicy),
        denials=Denials(
            _load(folder / "denial_workflow.yaml", DenialWorkflow),
            _load(folder / "denial_edits.yaml", DenialEdits),
            folder / "letters",
        ),
        people=_load(folder / "people.yaml", People),
        statements=_load(folder / "statements.yaml", StatementPolicies),
        contracts=check_contracts(contracts, _load(contracts, Contracts), {payer.payer_id for payer in payers}),
        rules=folder / "rules",
    )
    for position, payer in enumerate(config.payers):
        sends_to = config.partner(payer.partner_id)
        if sends_to.isa is None:
            raise ConfigError(
                f"{folder / 'payers.yaml'}: payers[{position}].partner_id: {payer.partner_id!r} takes no claims; "
                "name a partner of trading_partners.yaml that has isa, gs and send_folder."
            )
    known = (payer.payer_id for payer in payers)
    if unknown := config.denials.unknown(known, code_set("carc"), code_set("rarc"), code_set("category")):
        raise ConfigError(f"{folder}/{unknown}")
    return config


def read_secret(partner: Partner, settings: Settings) -> str | Path:
    """The password as text, or the private key's path, of a partner. Raises ConfigError when missing or too open.

    Secrets come only from the environment or from a file no one else can read (mode 0600).
    """
    if partner.password_env is not None:
        if not (value := os.environ.get(partner.password_env)):
            raise ConfigError(
                f"trading_partners.yaml: {partner.partner_id}: the environment variable {partner.password_env} "
                "is not set; put the partner's password in it."
            )
        return value
    named = partner.password_file or partner.key_file or ""
    path = Path(named.replace("${PM_HOME}", str(settings.home)))
    if not path.is_file():
        raise ConfigError(f"trading_partners.yaml: {partner.partner_id}: the secret file {path} does not exist.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigError(
            f"trading_partners.yaml: {partner.partner_id}: {path} has mode {mode:04o}, so others can read it. "
            f"Run: chmod 600 {path}"
        )
    return path if partner.key_file is not None else path.read_text().rstrip("\n")
