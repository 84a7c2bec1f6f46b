"""Appeal letters: a template a practice edits, filled with the facts of one denial, and kept as a PDF under PM_HOME/letters.

A template is Markdown with a head between two lines of `---` (subject, enclosures) and Jinja placeholders; the line
`[[services]]` stands for the table of refused services. A placeholder that does not exist is an error, never a blank.
Letters hold patient data: files are private (0600) and named by the denial and the content's hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from pm_pipeline.config import Config
from pm_pipeline.config.people import Person
from pm_pipeline.errors import DenialError
from pm_pipeline.receivables.actions import Acted, Request, act
from pm_pipeline.receivables.episodes import find_episode
from pm_pipeline.receivables.letter_facts import letter_facts
from pm_pipeline.receivables.letter_pdf import Sheet, make_pdf
from pm_pipeline.receivables.permission import complete
from pm_pipeline.receivables.printed import Unprintable
from pm_pipeline.receivables.private_file import keep_private
from pm_pipeline.yaml_file import read_yaml


@dataclass(frozen=True)
class Letter:
    """A letter that is written down. path: the PDF; sha256: of its bytes."""

    path: Path
    sha256: str
    template: str
    level: int


def write_and_record(
    con: duckdb.DuckDBPyConnection, config: Config, folder: Path, denial_id: str, *, by: str, why: str | None = None, argument: str,
    template: str | None = None, level: int | None = None, today: dt.date, run_id: str, key: str | None = None,
) -> tuple[Letter, Acted]:  # fmt: skip
    """Write one appeal letter as write_letter does, for the level given or the next, and record it by its sha256.

    Nothing is written when it could not be recorded: a letter holds patient data. key: see Request. Raises PmError.
    """
    episode = find_episode(con, denial_id)
    level = level or (episode.appeal_level or 0) + 1
    request = Request(
        denial_id, "letter", by, f"letter for level {level}" if why is None else why, level=level, key=key
    )
    complete(con, config, episode, request, today)
    letter = write_letter(con, config, folder, denial_id, template, level, by, argument, today)
    acted = act(con, config, replace(request, letter=letter.template, letter_sha256=letter.sha256), today, run_id)
    return letter, acted


def write_letter(
    con: duckdb.DuckDBPyConnection, config: Config, folder: Path, denial_id: str, template: str | None, level: int, by: str,
    argument: str, today: dt.date,
) -> Letter:  # fmt: skip
    """Render one appeal letter into `folder`. The same facts on the same day give the same bytes, and one file.

    template None: the queue's own. argument: the paragraphs only a person can write. Raises PmError.
    """
    person = config.people.acting(by, "denials")
    name = template or _queue_letter(con, config, denial_id)
    facts = letter_facts(con, config, denial_id, level, argument, today)
    sheet = fill(config.denials.template(name), facts, person)
    try:
        content = make_pdf(sheet)
    except Unprintable as problem:
        raise DenialError(
            f"The letter has a character its font cannot print ({problem}). Write it in Latin letters."
        ) from None
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{denial_id}-{digest[:12]}.pdf"
    keep_private(path, content)
    return Letter(path, digest, name, level)


def fill(path: Path, facts: dict[str, Any], signer: Person) -> Sheet:
    """The template filled with the facts. Raises DenialError naming the file and the line or placeholder."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DenialError(f"{path} is not UTF-8. Save it as UTF-8, then write the letter again.") from None
    parts = text.split("---\n", 2)
    head = read_yaml(parts[1].encode(), path, DenialError) if len(parts) == 3 and not parts[0].strip() else None
    if not isinstance(head, dict) or not isinstance(head.get("subject"), str):
        raise DenialError(f"{path} must open with a head between two lines of --- that says at least `subject:`.")
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    try:
        body = environment.from_string(parts[2]).render(facts)
    except TemplateSyntaxError as problem:
        line = problem.lineno + parts[1].count("\n") + 2
        raise DenialError(f"{path}, line {line}: {problem.message}.") from None
    except UndefinedError as problem:
        raise DenialError(f"{path}: {problem.message}. Placeholders: {_placeholders(facts)}.") from None
    except (TemplateError, TypeError, ValueError, ArithmeticError) as problem:
        raise DenialError(f"{path}: it cannot be filled ({type(problem).__name__}).") from None
    return Sheet(
        practice=facts["practice"], payer=facts["payer"], today=facts["today"], subject=str(head["subject"]), reference=facts["reference"],
        body=body, services=facts["services"], signer=(signer.name, signer.title), enclosures=[str(one) for one in head.get("enclosures") or []],
    )  # fmt: skip


def _placeholders(facts: dict[str, Any]) -> str:
    names = [f"{key}.{name}" for key, value in facts.items() if isinstance(value, dict) for name in value]
    return ", ".join([*names, "argument", "filing", "today"])


def _queue_letter(con: duckdb.DuckDBPyConnection, config: Config, denial_id: str) -> str:
    row = con.execute("SELECT queue_id FROM receivables.denial_worklist WHERE denial_id = ?", [denial_id]).fetchone()
    return config.denials.workflow.queue(row[0] if row else "").letter
