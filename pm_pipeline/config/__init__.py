"""What a practice edits: practice, payers, partners, contracts, policies, denial workflow, schedule. Data, checked at load."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pm_pipeline.codes import code_set
from pm_pipeline.config.contracts import ContractBook, Contracts, check_contracts
from pm_pipeline.config.denials import DenialEdits, Denials, DenialWorkflow
from pm_pipeline.config.models import (
    AnswerHours,
    Partner,
    Payer,
    Payers,
    PostingPolicy,
    Practice,
    Schedule,
    TradingPartners,
)
from pm_pipeline.config.money import MoneyPolicy
from pm_pipeline.errors import ConfigError
from pm_pipeline.settings import Settings
from pm_pipeline.yaml_file import read_yaml

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Config:
    """Everything in config/, checked one by one and against each other."""

    practice: Practice
    payers: list[Payer]
    partners: TradingPartners
    posting_policy: PostingPolicy
    schedule: Schedule
    money_policy: MoneyPolicy
    denials: Denials
    contracts: ContractBook = field(default_factory=ContractBook)

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
    payers = _load(folder / "payers.yaml", Payers).payers
    contracts = folder / "contracts.yaml"
    config = Config(
        practice=_load(folder / "practice.yaml", Practice),
        payers=payers,
        partners=_load(folder / "trading_partners.yaml", TradingPartners),
        posting_policy=_load(folder / "posting_policy.yaml", PostingPolicy),
        schedule=_load(folder / "schedule.yaml", Schedule),
        money_policy=_load(folder / "money_policy.yaml", MoneyPolicy),
        denials=Denials(
            _load(folder / "denial_workflow.yaml", DenialWorkflow),
            _load(folder / "denial_edits.yaml", DenialEdits),
            folder / "letters",
        ),
        contracts=check_contracts(contracts, _load(contracts, Contracts), {payer.payer_id for payer in payers}),
    )
    for position, payer in enumerate(config.payers):
        sends_to = config.partner(payer.partner_id)
        if sends_to.isa is None:
            raise ConfigError(
                f"{folder / 'payers.yaml'}: payers[{position}].partner_id: {payer.partner_id!r} takes no claims; "
                "name a partner of trading_partners.yaml that has isa, gs and send_folder."
            )
    _check_policy(config, folder / "posting_policy.yaml")
    known = (payer.payer_id for payer in payers)
    if unknown := config.denials.unknown(known, code_set("carc"), code_set("rarc"), code_set("category")):
        raise ConfigError(f"{folder}/{unknown}")
    return config


def _check_policy(config: Config, path: Path) -> None:
    categories = (code_set("category"), "category of codes/category.csv")
    known = {
        "payers": ({payer.payer_id for payer in config.payers}, "payer of payers.yaml"),
        "carcs": (code_set("carc"), "code of codes/carc.csv"),
        "carc_classes": categories,
        "category": categories,
    }
    for position, rule in enumerate(config.posting_policy.rules):
        for key, (values, kind) in known.items():
            named = getattr(rule, key) or []
            for value in [named] if isinstance(named, str) else named:
                if value not in values:
                    raise ConfigError(f"{path}: rules[{position}].{key}: {value!r} is no {kind}.")


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


def _load(path: Path, model: type[Model]) -> Model:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist. Copy the shipped one from pm_pipeline/config and edit it.") from None
    try:
        return model.model_validate(read_yaml(data, path, ConfigError))
    except ValidationError as problem:
        lines = [f"  {_key(error['loc'])}: {_said(error)}" for error in problem.errors()]
        raise ConfigError(f"{path} is not right:\n" + "\n".join(lines)) from None


def _said(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":  # its value is not shown: somebody may have written a password there
        return "this file has no such key; expected one that the shipped file has"
    found = f" (found {error['input']!r})" if isinstance(error["input"], str | int | float | bool) else ""
    return error["msg"].removeprefix("Value error, ") + found


def _key(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "(the whole file)"
