"""`pm dashboard` and `pm users`: the pages of analysts and auditors, and who signs in to them."""

from __future__ import annotations

import sys
from getpass import getuser
from typing import TYPE_CHECKING

import click

from pm_pipeline.console import as_json, err, escape, out, print_json
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.journal import Journal
    from pm_pipeline.home import Home


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8050, show_default=True)
def dashboard(port: int) -> None:
    """The dashboard on http://127.0.0.1:PORT: what waits, KPIs, aging, denials, remittances, the trace of a claim. Stop it with Ctrl-C.

    It reads published generations only, so it holds up nothing and runs beside everything; a new generation shows with the next click.
    People sign in with a password (`pm users add PERSON`), or through an authenticating proxy (config/dashboard.yaml).
    """
    from pm_pipeline.config.dashboard import load_dashboard
    from pm_pipeline.dashboard.server import Doors, serve

    home = _home()
    doors = Doors(home.settings, home.config, load_dashboard(home.settings))
    about = doors.published.about()
    if not doors.dashboard.sign_in.proxy_header and not doors.passwords.people():
        err.print("Nobody has a password yet, so nobody can sign in: pm users add PERSON")
    out.print(f"http://127.0.0.1:{port}  as of {about.as_of_date}, generation {about.generation}. Stop with Ctrl-C.")
    serve(doors, port)


@click.group()
def users() -> None:
    """Who signs in to the dashboard.

    Who somebody is, and as what they enter (analyst, lead, auditor, admin), is said in config/people.yaml under `dashboard`; here they
    get a password. It is kept as a scrypt hash in PM_HOME/dashboard.
    """


@users.command()
@click.argument("person")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
def add(person: str, password_stdin: bool) -> None:
    """Give PERSON a password, or another one; sessions made with the old one end."""
    from pm_pipeline.dashboard.users import SHORTEST, Passwords

    home = _home()
    found = home.config.people.find(person)
    if found is None:
        able = ", ".join(one.person for one in home.config.people.people if one.dashboard) or "nobody yet"
        raise PmError(
            f"{person!r} is not among the people of people.yaml. Add the person there first. Those who may enter: {able}."
        )
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt(f"Password ({SHORTEST} characters or more)", hide_input=True, confirmation_prompt=True)
    passwords = Passwords(home.settings.home)
    passwords.hold(found, password)
    _journal(home).write("pm users", "password set", person=found.person, by=getuser())  # told before it is so
    passwords.set(found, password)
    out.print(f"{found.person} signs in as {found.dashboard}.")


@users.command()
@click.argument("person")
def remove(person: str) -> None:
    """Take the password of PERSON away; their sessions end with the next click."""
    from pm_pipeline.dashboard.users import Passwords

    home = _home()
    passwords = Passwords(home.settings.home)
    if person not in passwords.people():
        raise PmError(f"{person} has no password here; `pm users list` shows who has one.")
    _journal(home).write("pm users", "password removed", person=person, by=getuser())
    passwords.remove(person)
    out.print(f"{person} can no longer sign in with a password.")


@users.command("list")
@as_json
def list_(json_: bool) -> None:
    """Everybody who may enter, as what, and who has a password."""
    from pm_pipeline.dashboard.users import Passwords

    home = _home()
    having = set(Passwords(home.settings.home).people())
    may_enter = [one for one in home.config.people.people if one.dashboard]
    found = [
        {"person": one.person, "name": one.name, "dashboard": one.dashboard, "has_password": one.person in having}
        for one in may_enter
    ]
    found += [
        {"person": one, "name": None, "dashboard": None, "has_password": True}
        for one in sorted(having - {one.person for one in may_enter})
    ]
    if json_:
        print_json(found)
        return
    for one in found:
        word = "password" if one["has_password"] else "no password yet"
        out.print(
            f"{one['person']:<12} {one['dashboard'] or 'may not enter (people.yaml)':<10} {word}  {escape(one['name'] or '')}"
        )


@users.command("log")
@as_json
def log_(json_: bool) -> None:
    """What people saw, took out and were refused, oldest first. Exit 1 when a line is missing or not what was written."""
    home = _home()
    journal = _journal(home)
    lines, faults = list(journal.lines()), journal.faults()
    if json_:
        print_json({"lines": lines, "faults": [{"where": where, "text": text} for where, text in faults]})
    else:
        for one in lines:
            detail = " ".join(f"{name}={value}" for name, value in one["detail"].items())
            out.print(escape(f"{one['seq']:>6} {one['at'][:19]} {one['who']:<12} {one['what']:<16} {detail}"))
        for where, text in faults:
            out.print(f"[red]{escape(where)}[/] {escape(text)}")
        out.print(f"{len(lines)} lines, {len(faults)} faults ({escape(str(journal.path))}).")
    if faults:
        raise SystemExit(1)


def _home() -> Home:
    from pm_pipeline.home import open_home

    return open_home()


def _journal(home: Home) -> Journal:
    from pm_pipeline.dashboard.journal import Journal
    from pm_pipeline.dashboard.users import FOLDER

    return Journal(home.settings.home / FOLDER / "journal.jsonl")
