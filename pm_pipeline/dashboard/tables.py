"""Every list a page shows or hands out, as data: its query, its columns and how each is written. Pages, drill-downs and exports share it."""

from __future__ import annotations

from dataclasses import dataclass

# how a column is written: text as it is; money dollars with cents; count whole numbers; ratio a percentage; number up to two decimals
KINDS = ("text", "money", "count", "ratio", "number", "day", "yes_no", "payer", "provider", "location", "worklist")
NUMBERS = frozenset({"money", "count", "ratio", "number"})


@dataclass(frozen=True)
class Column:
    """A column of a query. `to` is the page its value leads to, as the parameter `as_param` of it.

    is_live: it is no column of the query but what the desk says this moment, and no export has it.
    """

    name: str
    title: str
    kind: str = "text"
    to: str | None = None
    as_param: str | None = None
    wide: bool = False
    is_live: bool = False


@dataclass(frozen=True)
class Listing:
    """A list: the query in queries/, its columns in order, those summed over all rows, and the filters its query knows."""

    name: str
    title: str
    columns: tuple[Column, ...]
    summed: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    empty: str = "Nothing here for these filters."
    note: str = ""


CLAIM = Column("claim_id", "Claim", to="/trace", as_param="claim")
PAYMENT = Column("payment_id", "Payment", to="/remittance", as_param="payment")
PAYER = Column("payer_id", "Payer", "payer")
PROVIDER = Column("provider_id", "Provider", "provider")
FILE = Column("file_id", "File", to="/file", as_param="file")
DIMS = ("practice", "location", "provider", "payer")
SPAN = ("from", "to")

LISTINGS = {
    one.name: one
    for one in (
        Listing(
            "worklist", "Worklist",
            (Column("item_id", "Work on it", to="/item", as_param="item"), Column("desk", "At the desk", is_live=True), Column("worklist", "List", "worklist"),
             Column("amount", "Amount", "money"), Column("due_on", "Due", "day"), Column("kind", "Kind"), Column("text", "What is the matter", wide=True),
             CLAIM, PAYMENT, PAYER, PROVIDER, Column("opened_on", "Since", "day"), Column("age_days", "Age", "count")),
            ("amount",), (*DIMS, "worklist", "kind", "due", "claim"), "Nothing waits here.",
        ),
        Listing(
            "balances", "Balances",
            (CLAIM, Column("charge_id", "Charge"), Column("amount", "Balance", "money"), PAYER, Column("party", "Owed by"),
             Column("age_days", "Age", "count"), Column("bucket", "Bucket"), PROVIDER, Column("service_on", "Service", "day"),
             Column("billed_on", "First bill", "day"), Column("responsible_on", "Responsible since", "day")),
            ("amount",), (*DIMS, "as_of", "base", "bucket", "party", "claim"), "Nothing is owed here.",
        ),
        Listing(
            "kpi_rows", "Rows of the figure",
            (CLAIM, PAYMENT, PAYER, PROVIDER, Column("what", "What"), Column("on_day", "Day", "day"),
             Column("numerator", "Numerator", "number"), Column("denominator", "Denominator", "number")),
            ("numerator", "denominator"), ("practice", "provider", "payer", "as_of", "kpi"), "No row counts here.",
        ),
        Listing(
            "kpi_parts", "By payer and provider",
            (PAYER, PROVIDER, Column("numerator", "Numerator", "number"), Column("denominator", "Denominator", "number"),
             Column("value", "Value", "number")),
            ("numerator", "denominator"), ("practice", "provider", "payer", "as_of", "kpi"),
        ),
        Listing(
            "kpis", "Key figures",
            (Column("kpi", "KPI", to="/kpi", as_param="kpi"), Column("meaning", "Meaning", wide=True), Column("value", "Value", "number"),
             Column("unit", "Unit"), Column("numerator", "Numerator", "number"), Column("denominator", "Denominator", "number"),
             Column("date_basis", "Date basis"), Column("period_start", "From", "day"), Column("period_end", "To", "day"),
             Column("definition_version", "Definition", "count"), Column("note", "Note")),
            (), ("practice", "provider", "payer", "as_of"),
        ),
        Listing(
            "kpi_trend", "Earlier days",
            (Column("kpi", "KPI"), Column("as_of_date", "As of", "day"), Column("value", "Value", "number"), Column("numerator", "Numerator", "number"),
             Column("denominator", "Denominator", "number")),
            (), ("practice", "provider", "payer", "as_of", "kpi"),
        ),
        Listing(
            "aging", "A/R by payer and age",
            (PAYER, Column("bucket", "Bucket"), Column("amount", "Open A/R", "money"), Column("billed_amount", "Billed", "money"),
             Column("balances", "Balances", "count")),
            ("amount", "billed_amount", "balances"), ("practice", "provider", "payer", "as_of", "base", "party"), "Nothing is owed here.",
        ),
        Listing(
            "denials", "Denials",
            (Column("denial_id", "Work on it", to="/item", as_param="item"), CLAIM, Column("denied_amount", "Denied", "money"),
             Column("recovered_amount", "Recovered", "money"), Column("category", "Category"), Column("carc", "Reason"), Column("rarc", "Remark"),
             PAYER, PROVIDER, Column("procedure_code", "Procedure"), Column("appeal_by", "Appeal by", "day"), Column("outcome", "Outcome"),
             Column("denied_on", "Denied on", "day"), Column("root_cause_rules", "Edit that would have stopped it"),
             Column("root_cause_verdict", "What it did")),
            ("denied_amount", "recovered_amount"), (*SPAN, *DIMS, "by", "value", "outcome"), "No denials here.",
        ),
        Listing(
            "denial_pareto", "Denials by cause",
            (Column("value", "Cause"), Column("denials", "Denials", "count"), Column("denied_amount", "Denied", "money"),
             Column("share", "Share", "ratio"), Column("cumulative_share", "Together", "ratio"), Column("open_denials", "Open", "count"),
             Column("open_amount", "Open dollars", "money"), Column("recovered_amount", "Recovered", "money")),
            ("denials", "denied_amount", "open_denials", "open_amount", "recovered_amount"), (*SPAN, *DIMS, "by"), "No denials here.",
        ),
        Listing(
            "payers", "Payers side by side",
            (PAYER, Column("sent", "Claims sent", "count"), Column("answered", "Answered", "count"), Column("lag_median", "Median days to answer", "number"),
             Column("lag_p90", "90 % within, days", "number"), Column("denied", "Denied", "count"), Column("denial_rate", "Denial rate", "ratio"),
             Column("denied_charge_amount", "Charges denied", "money"), Column("open_amount", "Open A/R", "money"),
             Column("over_90_amount", "Over 90 days", "money"), Column("underpaid_amount", "Underpaid", "money")),
            ("sent", "answered", "denied", "denied_charge_amount", "open_amount", "over_90_amount", "underpaid_amount"), (*SPAN, *DIMS),
        ),
        Listing(
            "first_answers", "First answers",
            (CLAIM, PAYER, PROVIDER, Column("first_billed_on", "First bill", "day"), Column("remit_on", "Answered", "day"),
             Column("lag_days", "Days", "count"), Column("category", "Refused for"), Column("charge_amount", "Charge", "money"),
             Column("paid_amount", "Paid", "money")),
            ("charge_amount", "paid_amount"), (*SPAN, *DIMS, "state"), "No answers here.",
        ),
        Listing(
            "first_bills", "Claims first sent",
            (CLAIM, PAYER, PROVIDER, Column("location_id", "Location", "location"), Column("first_billed_on", "First sent", "day"),
             Column("was_held", "Was held", "yes_no"), Column("is_clean", "Clean", "yes_no"), Column("charge_amount", "Charge", "money")),
            ("charge_amount",), (*SPAN, *DIMS), "No claims were first sent here.",
        ),
        Listing(
            "rule_hits", "Edits",
            (Column("rule_id", "Edit"), Column("severity", "Severity"), Column("findings", "Findings", "count"), Column("claims", "Claims", "count"),
             Column("open_findings", "Open", "count"), Column("cleared", "Cleared", "count"), Column("overridden", "Overridden", "count"),
             Column("last_on", "Last", "day"), Column("message", "For example", wide=True)),
            ("findings", "open_findings", "cleared", "overridden"), (*SPAN, *DIMS), "No edit found anything here.",
        ),
        Listing(
            "findings", "Findings",
            (CLAIM, Column("line_no", "Line", "count"), Column("rule_id", "Edit"), Column("rule_version", "Version", "count"),
             Column("severity", "Severity"), Column("state", "State"), PAYER, PROVIDER, Column("found_on", "Found", "day"),
             Column("cleared_on", "Cleared", "day"), Column("charge_amount", "Claim's charge", "money"), Column("message", "Says", wide=True),
             Column("remedy", "Remedy", wide=True)),
            (), (*SPAN, *DIMS, "rule", "severity", "state", "claim"), "No findings here.",
        ),
        Listing(
            "finding_claims", "Claims with findings",
            (CLAIM, PAYER, PROVIDER, Column("findings", "Findings", "count"), Column("open_findings", "Open", "count"), Column("first_on", "First", "day"),
             Column("last_on", "Last", "day"), Column("charge_amount", "Claim's charge", "money")),
            ("findings", "open_findings", "charge_amount"), (*SPAN, *DIMS, "rule", "severity"), "No edit found anything here.",
        ),
        Listing(
            "remittance_summary", "Payments by state",
            (Column("deposit_state", "Deposit"), Column("posting_state", "Posting"), Column("payments", "Payments", "count"),
             Column("paid_amount", "Paid", "money"), Column("deposited_amount", "Deposited", "money"), Column("applied_amount", "On claims", "money"),
             Column("suspense_amount", "In suspense", "money"), Column("other_amount", "Other accounts", "money")),
            ("payments", "paid_amount", "deposited_amount", "applied_amount", "suspense_amount", "other_amount"), (*SPAN, "payer"),
            "No remittances here.",
        ),
        Listing(
            "remittances", "Remittances",
            (PAYMENT, PAYER, Column("received_on", "Received", "day"), Column("paid_amount", "Paid", "money"), Column("deposit_state", "Deposit"),
             Column("deposited_on", "Banked", "day"), Column("posting_state", "Posting"), Column("applied_amount", "On claims", "money"),
             Column("suspense_amount", "In suspense", "money"), Column("other_amount", "Other accounts", "money"),
             Column("deposited_amount", "Deposited", "money"), Column("open_exceptions", "Exceptions", "count"), Column("claims", "Claims", "count"),
             Column("trn02", "Trace number"), Column("method", "Method"), Column("effective_on", "Paid on", "day")),
            ("paid_amount", "deposited_amount", "applied_amount", "suspense_amount", "other_amount"),
            (*SPAN, "payer", "payment", "deposit_state", "posting_state"), "No remittances here.",
        ),
        Listing(
            "remit_claims", "Claims of the payment",
            (Column("clp_no", "No.", "count"), CLAIM, Column("clp01", "CLP01"), Column("payer_turn", "Turn"), Column("clp02", "CLP02"),
             Column("charge_amount", "Charge", "money"), Column("paid_amount", "Paid", "money"), Column("state", "Posting"),
             Column("posted_on", "Posted", "day"), Column("open_exceptions", "Exceptions", "count"), Column("segment_no", "Segment", "count")),
            ("charge_amount", "paid_amount"), ("payment",), "The payment names no claim.",
        ),
        Listing(
            "payment_accounts", "Where the ledger put it",
            (Column("account", "Account"), Column("sub_account", "Sub-account"), Column("entries", "Entries", "count"), Column("amount", "Amount", "money")),
            ("entries", "amount"), ("payment",), "Nothing of it is in the ledger yet.",
        ),
        Listing(
            "entries", "Ledger entries",
            (Column("entry_id", "Entry"), Column("posted_on", "Posted", "day"), Column("entry_kind", "Kind"), Column("account", "Account"),
             Column("sub_account", "Sub-account"), PAYER, CLAIM, PAYMENT, Column("rule_id", "Decided by"), Column("amount", "Amount", "money"),
             FILE, Column("segment_no", "Segment", "count"), Column("txn_id", "Transaction", to="/list/entries", as_param="txn")),
            ("amount",), (*SPAN, "payer", "claim", "payment", "txn", "account", "party", "movement", "entry", "run"), "No entries here.",
        ),
        Listing(
            "claim_steps", "Life of the claim",
            (Column("happened_on", "Day", "day"), Column("stage", "Stage"), Column("what", "What"), Column("text", "Detail", wide=True),
             Column("amount", "Amount", "money"), FILE, Column("segment_no", "Segment", "count"), Column("run_id", "Run")),
            (), ("claim",), "Nothing is known of this claim.",
        ),
        Listing(
            "file_summary", "Files by content",
            (Column("direction", "Direction"), Column("holds", "Content"), Column("disposition", "Disposition"), Column("files", "Files", "count"),
             Column("bytes", "Bytes", "count"), Column("sets", "Sets", "count"), Column("problems", "Problems", "count"), Column("last_on", "Last", "day")),
            ("files", "bytes", "sets", "problems"), SPAN, "No files here.",
        ),
        Listing(
            "files", "Files",
            (FILE, Column("direction", "Direction"), Column("holds", "Content"), Column("partners", "Partner"), Column("landed_on", "Day", "day"),
             Column("bytes", "Bytes", "count"), Column("receipts", "Seen", "count"), Column("sets", "Sets", "count"),
             Column("accepted_sets", "Accepted", "count"), Column("problems", "Problems", "count"), Column("disposition", "Disposition")),
            ("bytes", "sets", "accepted_sets", "problems"), (*SPAN, "direction", "holds", "disposition", "file"), "No files here.",
        ),
        Listing(
            "file_problems", "What is wrong in it",
            (Column("segment_no", "Segment", "count"), Column("level", "Level"), Column("code", "Code"), Column("text", "What", wide=True),
             Column("found_on", "Found", "day")),
            (), ("file",), "Nothing is wrong in this file.",
        ),
        Listing(
            "file_rows", "Claims it speaks of",
            (Column("segment_no", "Segment", "count"), CLAIM, Column("stage", "Stage"), Column("what", "What"), Column("amount", "Amount", "money")),
            (), ("file",), "It speaks of no claim by itself.",
        ),
    )
}  # fmt: skip

# what a worklist is called on the page, and what to do with what stands on it
# who may enter, and what was seen: of no generation, and for administrators and auditors alone
RECORDS = {
    one.name: one
    for one in (
        Listing(
            "people", "People",
            (Column("person", "Person"), Column("name", "Name"), Column("title", "Title"), Column("role", "Enters as"), Column("password", "Signs in")),
        ),
        Listing(
            "journal", "Record of what was seen and taken out",
            (Column("seq", "No."), Column("at", "When (UTC)"), Column("who", "Who"), Column("what", "What"), Column("detail", "Of what", wide=True)),
            empty="Nothing yet.",
        ),
    )
}  # fmt: skip

WORKLISTS = {
    "denials": ("Denials", "Refused by a payer; appeal, correct, or give up.", "pm denials"),
    "held_claims": ("Held claims", "An edit keeps them from being sent.", "pm holds"),
    "rejections": ("Rejections", "Sent and turned away before the payer took them.", "pm trace"),
    "posting_exceptions": ("Posting exceptions", "Money that posting could not place alone.", "pm exceptions"),
    "underpayments": ("Underpayments", "Paid below the contract.", "pm contracts"),
    "credit_balances": ("Credit balances", "Paid or written off too much.", "pm exceptions"),
    "missing_answers": ("Missing answers", "An expected answer did not come.", "pm trace"),
    "filing_risk": ("Filing deadlines", "Not accepted yet, and the filing limit is near.", "pm claims"),
    "appeal_risk": ("Appeal deadlines", "The last day to appeal is near.", "pm denials"),
    "unmatched_deposits": (
        "Unmatched deposits",
        "Money at the bank without its remittance, or the reverse.",
        "pm exceptions",
    ),
    "approvals": ("Approvals", "Asked for by one person; a second one approves or refuses it.", "pm money, pm denials"),
    "later_payers": ("Later payers", "A secondary or tertiary claim is due.", "pm trace"),
    "other": ("Other work", "What else is due.", "pm status"),
}
