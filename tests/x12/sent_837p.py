"""What a claim of the model is after it was sent: names fitted, and what the guide leaves unsaid left out.

The rule of write_837p.py in other words, for the round trip: reading back gives exactly this.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.charset import fit_name

# fields that hold names and free text; every other text is an identifier or a code and never changes
FITTED = {
    "PersonName": {"last", "first", "middle", "suffix"},
    "OrganizationName": {"name"},
    "Address": {"line1", "line2", "city"},
    "Contact": {"name"},
    "Payer": {"name"},
    "PayToPlan": {"name"},
    "BillingProvider": {"name"},
    "Facility": {"name"},
    "DropOff": {"name"},
    "Subscriber": {"group_name"},
    "Note": {"text"},
    "ServiceLine": {"description", "third_party_note"},
    "LineAdjudication": {"description"},
    "AmbulanceTransport": {"round_trip_purpose", "stretcher_purpose"},
    "SpinalManipulation": {"description", "more"},
    "FormAnswer": {"text"},
}


def fitted(value: Any) -> Any:
    """Every name in a part of the model as X12 carries it."""
    if isinstance(value, tuple):
        return tuple(fitted(one) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    names = FITTED.get(type(value).__name__, set())
    changed: dict[str, Any] = {}
    for field in fields(value):
        own = getattr(value, field.name)
        if field.name in names and isinstance(own, str):
            fit = fit_name(own)
            assert fit is not None
            changed[field.name] = fit.text or None
        else:
            changed[field.name] = fitted(own)
    return replace(value, **changed)


def sent(claim: model.ProfessionalClaim) -> model.ProfessionalClaim:
    """The claim as it is read back."""
    made: model.ProfessionalClaim = fitted(claim)
    return replace(
        made,
        subscriber=made.subscriber if made.patient is None else _absent(made.subscriber),
        lines=tuple(_line(line) for line in made.lines),
        rendering=made.rendering and _provider(made.rendering, keeps_taxonomy=True),
        referring=made.referring and _provider(made.referring),
        primary_care=made.primary_care and _provider(made.primary_care),
        supervising=made.supervising and _provider(made.supervising),
        other_payers=tuple(_other(one) for one in made.other_payers),
    )


def _absent(one: model.Subscriber) -> model.Subscriber:
    """A subscriber who is not the patient: name, number, group and social security number."""
    return model.Subscriber(
        one.name, one.member_id, one.group_number, group_name=one.group_name, ssn=one.ssn, id_qualifier=one.id_qualifier
    )


def _provider(one: model.Provider, *, keeps_taxonomy: bool = False) -> model.Provider:
    return one if keeps_taxonomy else replace(one, taxonomy=None)


def _line(line: model.ServiceLine) -> model.ServiceLine:
    providers = line.providers
    if providers is not None:
        bought = providers.purchased
        if bought is not None:
            is_person = isinstance(bought.name, model.PersonName)
            nameless = model.PersonName("") if is_person else model.OrganizationName("")
            bought = replace(_provider(bought), name=nameless)
        providers = replace(
            providers,
            rendering=providers.rendering and _provider(providers.rendering, keeps_taxonomy=True),
            purchased=bought,
            supervising=providers.supervising and _provider(providers.supervising),
            ordering=providers.ordering and _provider(providers.ordering),
            referring=providers.referring and _provider(providers.referring),
            primary_care=providers.primary_care and _provider(providers.primary_care),
        )
    said = tuple(replace(one, adjustments=_grouped(one.adjustments)) for one in line.adjudications)
    return replace(line, providers=providers, adjudications=said)


def _other(one: model.OtherPayer) -> model.OtherPayer:
    subscriber = replace(_absent(one.subscriber), address=one.subscriber.address)
    payer = replace(one.payer, billing_ids=())
    return replace(one, subscriber=subscriber, payer=payer, adjustments=_grouped(one.adjustments))


def _grouped(those: tuple[details.Adjustment, ...]) -> tuple[details.Adjustment, ...]:
    groups = list(dict.fromkeys(one.group for one in those))
    return tuple(sorted(those, key=lambda one: groups.index(one.group)))
