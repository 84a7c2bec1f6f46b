"""`pm docs`: the rulebook and the description of the marts as web pages."""

from __future__ import annotations

import click

from pm_pipeline.console import as_json, err, escape, out, print_json


@click.command()
@as_json
def docs(json_: bool) -> None:
    """Write the rulebook (every edit rule in plain words, with what it found) and the marts (every table, column and KPI) as web pages.

    They lie below PM_HOME/documents, open in any browser without a network, and stand on the page Documents of the dashboard, beside the
    feed reports and the close reports. Run it again to bring them up to date; it takes about half a minute.

    \b
    Exit 0: written.   Exit 1: the warehouse is busy, a rule file is wrong, or dbt cannot read the marts.
    """
    from pm_pipeline.audit.rulebook_site import write_site
    from pm_pipeline.defs.marts import write_docs
    from pm_pipeline.home import open_home
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.report import explain_rules, is_judged

    home = open_home()
    with err.status("The rulebook"):
        with home.warehouse.read() as con:
            told, counted = explain_rules(rules_in_force(home.config), con), is_judged(con)
        rules = write_site(
            home.settings.documents_dir / "rules",
            told,
            practice=home.config.practice.name,
            today=home.today().isoformat(),
            counted=counted,
        )
    with err.status("The marts"):
        marts = write_docs(home)
    if json_:
        print_json({"rules": str(rules), "marts": str(marts)})
        return
    out.print(f"Rulebook  {escape(str(rules))}\nMarts     {escape(str(marts))}", soft_wrap=True)
    out.print("Both stand on the page Documents of `pm dashboard`.")
