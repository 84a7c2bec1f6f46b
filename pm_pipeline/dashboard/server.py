"""The dashboard as a web application: sign-in, the guard before every request, pages by address, exports, reveals.

Everything a browser needs is served from here; nothing is fetched from elsewhere, and nothing is told to anybody.
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dash
import flask
from dash import ClientsideFunction, Input, Output, dcc, html
from dash import State as Given
from dash.dependencies import MATCH

from pm_pipeline.config import Config, load_config
from pm_pipeline.config.dashboard import Dashboard
from pm_pipeline.dashboard import pages
from pm_pipeline.dashboard.acts import act
from pm_pipeline.dashboard.context import Context, Names
from pm_pipeline.dashboard.documents import KINDS
from pm_pipeline.dashboard.export import Batches, as_csv, as_xlsx
from pm_pipeline.dashboard.journal import Journal
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.pages import access
from pm_pipeline.dashboard.reading import Published
from pm_pipeline.dashboard.reveal import reveal
from pm_pipeline.dashboard.state import CODE, State, hold
from pm_pipeline.dashboard.tables import LISTINGS, RECORDS
from pm_pipeline.dashboard.users import FOLDER, Passwords, Viewer, secret, viewer_of
from pm_pipeline.desk import ActionLog
from pm_pipeline.errors import PmError
from pm_pipeline.settings import Settings

HERE = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "::1")
KEY_HEADER = "X-PM-Proxy-Key"
OPEN = ("/sign-in", "/assets/app.css", "/favicon.ico")
LONG_LIVED = ("/assets/", "/_dash-component-suites/")
log = logging.getLogger(__name__)
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<title>{%title%}</title><link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%231d5a8c'/%3E%3Cpath d='M3 11l3-4 3 2 4-5' fill='none' stroke='%23fff' stroke-width='1.6'/%3E%3C/svg%3E">{%css%}</head>
<body>{%app_entry%}<footer hidden>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


class Doors:
    """What the application is made of, and its answers; `app` is the Dash application, `app.server` the WSGI one."""

    def __init__(self, settings: Settings, config: Config, dashboard: Dashboard) -> None:
        self.settings, self.dashboard = settings, dashboard
        self._config, self._people = config, _stamp(settings)
        self.names = Names.of(config)
        self.published = Published(settings.published_dir)
        self.passwords = Passwords(settings.home)
        folder = settings.home / FOLDER
        self.journal = Journal(folder / "journal.jsonl")
        self.desk = ActionLog(settings.desk_dir)
        self.proxy_key = secret(folder / "proxy_key") if dashboard.sign_in.proxy_header else b""
        server = flask.Flask(__name__, template_folder=str(HERE / "templates"), static_folder=None)
        server.config.update(
            SECRET_KEY=secret(folder / "session_key"),
            SESSION_COOKIE_NAME="pm_session",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Strict",
            MAX_CONTENT_LENGTH=1 << 20,
        )
        server.before_request(self._guard)
        server.after_request(self._headers)
        server.register_error_handler(PmError, self._refused)
        server.add_url_rule("/sign-in", "sign_in", self._sign_in, methods=["GET", "POST"])
        server.add_url_rule("/sign-out", "sign_out", self._sign_out, methods=["POST"])
        server.add_url_rule("/act", "act", self._act, methods=["POST"])
        server.add_url_rule("/export/<name>.<kind>", "export", self._export)
        server.add_url_rule("/documents/<kind>/<path:name>", "document", self._document)
        self.app = dash.Dash(
            "pm_pipeline.dashboard",
            server=server,  # pyright: ignore[reportArgumentType] (what its own examples give)
            assets_folder=str(HERE / "assets"), title="pm_pipeline", update_title="",
            serve_locally=True, suppress_callback_exceptions=True, index_string=INDEX, add_log_handler=False,
            meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}, {"name": "color-scheme", "content": "light dark"}],
        )  # fmt: skip
        self.app.layout = html.Div(
            [
                dcc.Location(id="url", refresh=False),
                dcc.Store(id="title"),
                html.Div(id="page", children=html.P("Loading", className="loading"), **named(aria_live="off")),
            ]
        )
        self._callbacks()
        self.policy = self._policy()

    @property
    def config(self) -> Config:
        """The configuration; people.yaml as it stands now: who is taken out of it, or loses a role, is out with the next request.

        A file that cannot be read leaves the people of before, and is told in the log of the dashboard.
        """
        now = _stamp(self.settings)
        if now != self._people:
            try:
                self._config = replace(self._config, people=load_config(self.settings).people)
            except PmError as problem:
                log.error("people.yaml changed and cannot be used, so nothing of it counts yet: %s", problem)
            self._people = now
        return self._config

    def _callbacks(self) -> None:
        app = self.app
        app.callback(
            Output("page", "children"), Output("title", "data"), Input("url", "pathname"), Input("url", "search")
        )(self.page)
        app.clientside_callback(
            ClientsideFunction("pm", "entitle"), Output("title", "storage_type"), Input("title", "data")
        )
        app.callback(
            Output({"type": "revealed", "key": MATCH}, "children"),
            Input({"type": "reveal", "key": MATCH}, "n_clicks"),
            Given({"type": "reveal", "key": MATCH}, "id"),
            prevent_initial_call=True,
        )(self.reveal)

    def page(self, path: str | None, search: str | None) -> tuple[Any, str]:
        """The page of an address, and its title; what is wrong with the address is said on it."""
        viewer: Viewer = flask.g.viewer
        path = (path or "/").rstrip("/") or "/"
        try:
            context = Context(self.published, State.read(search or ""), viewer, self.names, self.dashboard)
            return pages.render(path, context, self)
        except PmError as problem:
            return pages.problem(path, viewer, str(problem)), "Not shown"
        except Exception as problem:  # noqa: BLE001 (its words may quote a row; the class and place are enough to find it)
            place = traceback.extract_tb(problem.__traceback__)[-1]
            log.error("page %s: %s at %s:%s", path, type(problem).__name__, place.filename, place.lineno)
            return pages.problem(
                path, viewer, "The page could not be made. The log of the dashboard names the fault."
            ), "Not shown"

    def reveal(self, clicks: int | None, given: dict[str, str]) -> Any:
        """What a person asked to see, once the journal has it."""
        if not clicks:
            return dash.no_update
        try:
            return reveal(self, flask.g.viewer, given["key"])
        except PmError as problem:
            return html.Span(str(problem), className="problem", role="alert")

    def _guard(self) -> flask.Response | None:
        request = flask.request
        if request.method not in ("GET", "HEAD", "OPTIONS") and not self._same_origin():
            flask.abort(403)
        if request.path in OPEN:
            return None
        viewer = self._viewer()
        if viewer is None:
            if request.path.startswith("/_") or request.method != "GET":
                flask.abort(401)
            wanted = request.full_path.rstrip("?")
            return flask.redirect(flask.url_for("sign_in", next=None if wanted == "/" else wanted))  # type: ignore[return-value]
        flask.g.viewer = viewer
        return None

    def _viewer(self) -> Viewer | None:
        request, people = flask.request, self.config.people
        if header := self.dashboard.sign_in.proxy_header:
            key = request.headers.get(KEY_HEADER, "").encode()
            if request.remote_addr not in LOOPBACK or not hmac.compare_digest(key, self.proxy_key):
                return None
            return viewer_of(people, request.headers.get(header, ""))
        kept = flask.session
        person = str(kept.get("person", ""))
        if not person or time.time() - float(kept.get("at", 0)) > self.dashboard.sign_in.session_hours * 3600:
            return None
        # bound to the password: when it is changed or removed, sessions made with it end
        return viewer_of(people, person) if kept.get("stamp") == self.passwords.stamp(person) else None

    @staticmethod
    def _same_origin() -> bool:
        origin = flask.request.headers.get("Origin")
        if origin is None:
            return flask.request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
        return urlsplit(origin).netloc == flask.request.host

    def _sign_in(self) -> Any:
        if self.dashboard.sign_in.proxy_header:
            return flask.render_template("sign_in.html", by_proxy=True), 403
        wanted = _inside(flask.request.values.get("next"))
        if flask.request.method == "GET":
            form = flask.session.setdefault("form", secrets.token_hex(16))  # one for all tabs of a browser
            return flask.render_template("sign_in.html", form=form, next=wanted)
        person, password = (
            flask.request.form.get("person", "").strip().lower()[:40],
            flask.request.form.get("password", "")[:400],
        )
        is_ours = hmac.compare_digest(
            flask.request.form.get("form", "").encode(), str(flask.session.get("form", secrets.token_hex(8))).encode()
        )
        problem = "" if is_ours else "The page was open for too long. Try again."
        if is_ours:
            try:
                viewer = viewer_of(self.config.people, person) if self.passwords.check(person, password) else None
                if viewer is not None:
                    self.journal.write(viewer.person, "sign in")
                    flask.session.clear()
                    flask.session.update(person=viewer.person, at=time.time(), stamp=self.passwords.stamp(person))
                    return flask.redirect(wanted)
                problem = "This person and password do not go together."
            except PmError as told:
                problem = str(told)
            known = viewer_of(
                self.config.people, person
            )  # a name that is not ours may be a password typed into the wrong field
            self.journal.write(known.person if known else "unknown", "sign in refused")
        flask.session["form"] = secrets.token_hex(16)
        return flask.render_template(
            "sign_in.html", form=flask.session["form"], next=wanted, problem=problem, person=person
        ), 401

    def _sign_out(self) -> Any:
        flask.session.clear()
        self.journal.write(flask.g.viewer.person, "sign out")
        return flask.redirect(flask.url_for("sign_in"))

    def _act(self) -> Any:
        """Log what a form says about an item of work, and show the item again, with what others did meanwhile."""
        said = act(self, flask.g.viewer, flask.request.form)
        return flask.redirect(State({"item": said.item}).link("/item", ("item",)), 303)

    def _export(self, name: str, kind: str) -> Any:
        listing, viewer = LISTINGS.get(name) or RECORDS.get(name), flask.g.viewer
        if listing is None or kind not in ("csv", "xlsx") or (name in RECORDS and not viewer.may_administer):
            flask.abort(404)
        about, state = self.published.about(), State.read(flask.request.query_string.decode())
        hold(f"The list {listing.title}", listing.filters, state.values)
        columns = [one for one in listing.columns if not one.is_live]
        batches: Batches
        if name in RECORDS:
            names, found = [one.name for one in columns], access.listed(self, name)
            rows, batches = len(found), [(names, [tuple(row[column] for column in names) for row in found])]
        else:
            params = state.params()
            rows, batches = self.published.totals(name, params, ())["rows"], self.published.every_row(name, params)
        asked = {key: str(value) for key, value in sorted(state.values.items())}
        self.journal.write(
            viewer.person, "export", list=name, form=kind, filters=asked, rows=rows, generation=about.generation
        )
        filename = f"{name}-{about.as_of_date}.{kind}"
        if kind == "xlsx":
            return flask.send_file(as_xlsx(columns, batches, listing.title), as_attachment=True, download_name=filename)
        disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
        return flask.Response(as_csv(columns, batches), mimetype="text/csv; charset=utf-8", headers=disposition)

    def _document(self, kind: str, name: str) -> Any:
        found = KINDS.get(kind)
        if found is None or not name.endswith(found.suffix):
            flask.abort(404)
        answer = flask.send_from_directory(found.folder(self.settings), name)
        self.journal.write(flask.g.viewer.person, "open document", kind=kind, name=name)
        answer.headers["Content-Security-Policy"] = found.policy
        return answer

    def _refused(self, problem: PmError) -> Any:
        item = flask.request.form.get("item", "") if flask.request.path == "/act" else ""
        back = State({"item": item}).link("/item", ("item",)) if CODE.fullmatch(item) else None
        return flask.render_template("problem.html", problem=str(problem), item=back), 400

    def _headers(self, response: flask.Response) -> flask.Response:
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        if not flask.request.path.startswith(LONG_LIVED):
            response.headers["Cache-Control"] = "no-store"
        return response

    def _policy(self) -> str:
        """Scripts of our own only: files served from here, and the few lines Dash writes into the page, by their hash."""
        hashes = " ".join(f"'{one.strip(chr(39))}'" for one in self.app.csp_hashes())
        return (
            f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
            "connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
        )


def _stamp(settings: Settings) -> tuple[int, int, int]:
    """What changes when people.yaml does."""
    found = (settings.config_dir / "people.yaml").stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def serve(doors: Doors, port: int) -> None:
    """Answer on 127.0.0.1 until interrupted."""
    import waitress

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a page's scripts are asked for all at once
    waitress.serve(doors.app.server, host="127.0.0.1", port=port, threads=8, ident="")


def _inside(wanted: str | None) -> str:
    """An address of ours to go on to: a path with its query, never another host's."""
    return wanted if wanted and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", wanted) else "/"
