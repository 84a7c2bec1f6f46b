"""What `pm edi` prints for people. Names of people are in none of it: ids, codes, dates, counts and amounts only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pm_pipeline.audit.render import money
from pm_pipeline.console import plain
from pm_pipeline.x12.findings import Finding, Verdict

Document = dict[str, Any]
COLORS = {
    "accepted": "green", "received": "green", "split": "green", "forwarded": "green", "noted": "yellow",
    "quarantined": "bold magenta", "rejected": "bold red", "unknown": "bold magenta",
}  # fmt: skip
GROUP_CODES = {
    "A": "accepted", "E": "accepted with errors", "P": "partly accepted", "R": "rejected", "M": "rejected (authentication)",
    "W": "rejected (assurance)", "X": "rejected (could not be decrypted)",
}  # fmt: skip
INDENT = "      "


def shown(value: Any) -> str:
    """A value of a file made fit for a terminal: no control characters, no markup."""
    return escape(plain(str(value)))


def print_edi(console: Console, document: Document, listed: int) -> None:
    """An X12 file: its problems first, then every set with its claims, at most `listed` of a set."""
    _head(console, document)
    _all_problems(console, document)
    for one in document["interchanges"]:
        _line(
            console,
            f"[bold]Interchange {shown(one['isa13'])}[/]  {shown(one['sender'])} to {shown(one['receiver'])}  "
            f"usage {shown(one['usage'])}  {_colored(one['disposition'])}",
        )
        for ta1 in one["ta1"]:
            word = {"A": "accepted", "E": "accepted with errors", "R": "rejected"}.get(ta1["code"], "no answer")
            color = {"A": "green", "E": "yellow"}.get(ta1["code"], "bold red")
            _line(
                console,
                f"  TA1 for {shown(ta1['isa13'])}: [{color}]{shown(ta1['code'])} {word}[/] {shown(ta1['note'])}",
            )
        for item in one["transactions"]:
            _line(console, f"  {_set_line(item)}")
            for text in _content(item):
                _line(console, f"    {text}")
            for text in _claims(item, listed):
                _line(console, f"{INDENT}{text}")


def print_edi_summary(console: Console, document: Document) -> None:
    """An X12 file in a line per set; then its problems."""
    _head(console, document)
    for one in document["interchanges"]:
        for ta1 in one["ta1"]:
            _line(
                console, f"TA1 {shown(one['isa13'])}: {shown(ta1['isa13'])} {shown(ta1['code'])} {shown(ta1['note'])}"
            )
        for item in one["transactions"]:
            figures = [f"{name.removesuffix('_cents')} {text}" for name, text in _figures(item)]
            _line(console, f"{_set_line(item)}  {', '.join(figures)}")
    _all_problems(console, document)


def print_verdict(console: Console, verdict: Verdict, listed: int) -> None:
    """The findings of a validation as a table, at most `listed` of them."""
    if verdict.findings:
        table = Table(header_style="bold", box=None, pad_edge=False)
        for name, justify in (
            ("segment", "right"),
            ("set", "left"),
            ("place", "left"),
            ("code", "left"),
            ("what is wrong", "left"),
        ):
            table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
        for one in verdict.findings[:listed]:
            table.add_row(
                str(one.segment_no), shown(one.st02 or ""), place_of(one), f"[red]{shown(one.code)}[/]", shown(one.text)
            )
        console.print(table)
    if len(verdict.findings) > listed:
        _line(console, f"... and {len(verdict.findings) - listed:,} more; --json lists them all.")
    valid = sum(one.is_valid for one in verdict.sets)
    word = "[green]valid[/]" if verdict.is_valid else "[bold red]not valid[/]"
    _line(console, f"{word}: {valid:,} of {len(verdict.sets):,} sets valid, {len(verdict.findings):,} findings")


def place_of(one: Finding) -> str:
    """Where a finding lies, by name: CLM05-1, NM1, or its level when it is no segment's."""
    if not one.segment_id:
        return one.level
    element = f"{one.element:02}" if one.element else ""
    return one.segment_id + element + (f"-{one.component}" if one.component else "")


def _head(console: Console, document: Document) -> None:
    sets = [one["disposition"] for home in document["interchanges"] for one in home["transactions"]]
    not_standing = {word: sets.count(word) for word in ("quarantined", "rejected") if word in sets}
    of_sets = "".join(f", {count:,} of {len(sets):,} sets {_colored(word)}" for word, count in not_standing.items())
    _line(
        console,
        f"{document['file_id'][:12]}  {document['bytes']:,} bytes  {_colored(document['disposition'])}{of_sets}",
    )


def _all_problems(console: Console, document: Document) -> None:
    for where, one in _problems(document):
        color = "yellow" if where.endswith("noted") else "red"
        _line(
            console,
            f"[{color}]{shown(one['code'])}[/] at segment {one['segment_no']}, {where.removesuffix(' noted')}: {shown(one['text'])}",
        )


def _problems(document: Document) -> Iterator[tuple[str, Document]]:
    yield from (("file", one) for one in document["problems"])
    for home in document["interchanges"]:
        noted = " noted" if home["disposition"] == "noted" else ""
        yield from ((f"interchange {shown(home['isa13'])}{noted}", one) for one in home["problems"])
        for item in home["transactions"]:
            noted = " noted" if item["disposition"] == "noted" else ""
            yield from ((f"set {shown(item['st01'])} {shown(item['st02'])}{noted}", one) for one in item["problems"])


def _set_line(item: Document) -> str:
    last = item["first_segment_no"] + item["segments"] - 1
    return (
        f"[bold]{shown(item['st01'])} {shown(item['st02'])}[/]  {shown(item['guide'])}  segments {item['first_segment_no']} to {last}  "
        f"{_colored(item['disposition'])}"
    )


def _content(item: Document) -> Iterator[str]:
    if not item.get("is_read", True):
        yield "[red]not read[/]: what is in it is not known (see its problems)"
    elif "bpr02_cents" in item:
        balance = "[green]balances[/]" if item["balanced"] else "[bold red]does not balance[/]"
        yield (
            f"{shown(item['method'] or '')} {shown(item['trn02'] or '(no trace number)')} from {shown(item.get('trn03') or '(nobody)')} on "
            f"{shown(item['effective_on'] or '(no day)')}: paid {money(item['bpr02_cents']) or '(no amount)'} = claims {money(item['paid_cents'])} "
            f"less provider adjustments {money(item['plb_cents'])}; {balance}"
        )
        unbalanced = f", [red]{item['unbalanced_claims']:,} do not balance[/]" if item["unbalanced_claims"] else ""
        yield (
            f"{item['claims']:,} claims, {item['lines']:,} lines, {item['adjustments']:,} adjustments, charged {money(item['charge_cents'])}{unbalanced}"
        )
    elif "group_code" in item:
        word = GROUP_CODES.get(item["group_code"] or "", "not answered")
        counts = [item.get(name) for name in ("sets_sent", "sets_received", "sets_accepted")]
        said = ", ".join(
            f"{count} {name}"
            for count, name in zip(counts, ("sent", "received", "accepted"), strict=True)
            if count is not None
        )
        yield f"group {shown(item['gs06'])}: [{_answer_color(item['group_code'])}]{shown(item['group_code'] or 'none')} {word}[/]; sets: {said or 'no counts'}"
    elif "charge_cents" in item:
        yield f"{item['claims']:,} claims, {item['lines']:,} lines, charged {money(item['charge_cents'])}"
    else:
        figures = [f"{name.removesuffix('_cents')} {text}" for name, text in _figures(item)]
        if figures:
            yield ", ".join(figures)


def _claims(item: Document, listed: int) -> Iterator[str]:
    yield from _sets(item, listed)
    for one in item.get("levels", []):
        yield f"{one['segment_no']:>7}  {shown(one['level'])} {_status(one)}{_named(one, 'batch_reference', '  batch ')}"
    claims = item.get("claim_list", item["claims"] if isinstance(item.get("claims"), list) else [])
    if isinstance(item.get("claims"), list):  # a problem first; within, as in the file
        claims = sorted(claims, key=lambda one: one.get("disposition") not in ("rejected", "unknown"))[:listed]
    for one in claims:
        yield _claim(one)
    total = len(item["claims"]) if isinstance(item.get("claims"), list) else item.get("claims", 0)
    if total > len(claims):
        yield f"[dim]... and {total - len(claims):,} more claims (--claims says how many to list)[/]"
    for name in ("rejects", "decisions"):
        for one in item.get(name, []):
            words = [
                f"{key.replace('_', ' ')} {shown(value)}"
                for key, value in one.items()
                if key != "segment_no" and value is not None
            ]
            yield f"{one['segment_no']:>7}  {name.removesuffix('s')}: {', '.join(words)}"


def _sets(item: Document, listed: int) -> Iterator[str]:
    """The sets a 999 answers, those not accepted first, each with its errors."""
    errors: dict[int, list[Document]] = {}
    for one in item.get("errors", []):
        errors.setdefault(one["ak2_at"], []).append(one)
    sets = sorted(item.get("sets", []), key=lambda one: one["code"] == "A")
    for one in sets[:listed]:
        word = GROUP_CODES.get(one["code"] or "", "not answered")
        name = shown(one["st02"] or "(no number)")
        yield f"{one['segment_no']:>7}  set {name}: [{_answer_color(one['code'])}]{shown(one['code'] or 'none')} {word}[/]"
        for error in errors.get(one["segment_no"], []):
            yield f"{error['segment_no']:>7}    {shown(error['text'])}{_named(error, 'claim_id', '  claim ')}"
    if len(sets) > listed:
        yield f"[dim]... and {len(sets) - listed:,} more sets (--claims says how many to list)[/]"


def _claim(one: Document) -> str:
    parts = [f"{one['segment_no']:>7}", f"{shown(one.get('claim_id') or '(no id)'):<20}"]
    if "disposition" in one:
        parts.append(_status(one))
    elif one.get("category"):
        parts.append(f"{shown(one['category'])} {shown(one['status'] or '')}")
    elif one.get("status"):
        parts.append(f"status {shown(one['status'])}")
    parts += [
        f"{name} {money(one[f'{name}_cents']):>10}"
        for name in ("charge", "paid", "amount")
        if one.get(f"{name}_cents") is not None
    ]
    if one.get("lines") is not None:
        parts.append(f"{one['lines']} lines")
    text = "  ".join(parts) + _named(one, "payer_claim_number", "  payer number ")
    return f"{text}  [bold red]{shown(one['imbalance'])}[/]" if one.get("imbalance") else text


def _status(one: Document) -> str:
    code = ":".join(shown(part) for part in (one["category"], one["status"]) if part)
    return f"{_colored(one['disposition'])} {code}"


def _named(one: Document, key: str, before: str) -> str:
    return f"{before}{shown(one[key])}" if one.get(key) else ""


def _figures(item: Document) -> Iterator[tuple[str, str]]:
    """The counts and amounts of a set, lists as their length."""
    if not item.get("is_read", True):
        yield "content", "not read"
        return
    for name, value in item.items():
        if name in ("first_segment_no", "problems", "segments", "gs06", "balanced", "levels", "totals"):
            continue
        if isinstance(value, list):
            yield name, f"{len(value):,}"
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, money(value) if name.endswith("_cents") else f"{value:,}"
        elif name in ("group_code", "trn02") and value is not None:
            yield name.replace("_", " "), shown(value)


def _answer_color(code: str | None) -> str:
    return {"A": "green", "E": "yellow", "P": "yellow"}.get(code or "", "bold red")


def _colored(disposition: str) -> str:
    return f"[{COLORS.get(disposition, 'bold red')}]{shown(disposition)}[/]"


def _line(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
