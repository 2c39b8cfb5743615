"""People who annotate, for the tests: each with a session and a login of their own.

Plain `requests` on purpose: what an annotator does and sees must not pass through the code under test. Offsets are
those of the browser: UTF-16 code units, unless the project counts graphemes.
"""

import secrets

import requests

SECONDS = 60  # for one answer
PAGE = 1_000


class Annotator:
    """A person with a browser."""

    def __init__(self, url, username, password):
        self.url, self.username, self.password = url, username, password
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands between
        self.session.headers["Accept"] = "application/json"
        self._call("POST", "auth/login/", json={"username": username, "password": password})
        self.id = self._call("GET", "me")["id"]

    def __repr__(self):
        return f"Annotator({self.username!r})"

    def close(self):
        self.session.close()

    def projects(self):
        """The names of the projects that this person sees, with their numbers."""
        return {each["name"]: each["id"] for each in self._call("GET", f"projects?limit={PAGE}")["results"]}

    def examples(self, project):
        """All examples, as this person sees them: id, text, meta, is_confirmed."""
        found, wanted = [], 1
        while len(found) < wanted:
            page = self._call("GET", f"projects/{project}/examples?limit={PAGE}&offset={len(found)}")
            found, wanted = found + page["results"], page["count"]
        return found

    def labels(self, project):
        """The numbers of the labels by name."""
        return {each["text"]: each["id"] for each in self._call("GET", f"projects/{project}/span-types")}

    def spans(self, project, example):
        """The spans that this person sees: id, start_offset, end_offset, label."""
        return self._call("GET", f"projects/{project}/examples/{example}/spans")

    def mark(self, project, example, start, end, label):
        """Mark a span, and give its id; the label by name or number."""
        sent = {"start_offset": start, "end_offset": end, "label": self._label(project, label)}
        return self._call("POST", f"projects/{project}/examples/{example}/spans", json=sent)["id"]

    def move(self, project, example, span, start, end):
        sent = {"start_offset": start, "end_offset": end}
        self._call("PATCH", f"projects/{project}/examples/{example}/spans/{span}", json=sent)

    def relabel(self, project, example, span, label):
        sent = {"label": self._label(project, label)}
        self._call("PATCH", f"projects/{project}/examples/{example}/spans/{span}", json=sent)

    def unmark(self, project, example, span):
        self._call("DELETE", f"projects/{project}/examples/{example}/spans/{span}")

    def confirmed(self, project, example):
        return self._call("GET", f"projects/{project}/examples/{example}/states")["count"] > 0

    def confirm(self, project, example):
        self._set_confirmed(project, example, wanted=True)

    def unconfirm(self, project, example):
        self._set_confirmed(project, example, wanted=False)

    def comment(self, project, example, text):
        """Say something about an example, and give the comment's id."""
        return self._call("POST", f"projects/{project}/comments?example={example}", json={"text": text})["id"]

    def uncomment(self, project, comment):
        self._call("DELETE", f"projects/{project}/comments/{comment}")

    def _label(self, project, label):
        return self.labels(project)[label] if isinstance(label, str) else label

    def _set_confirmed(self, project, example, *, wanted):
        if self.confirmed(project, example) != wanted:  # the endpoint toggles
            self._call("POST", f"projects/{project}/examples/{example}/states", json={})
        assert self.confirmed(project, example) == wanted

    def _call(self, method, path, **sent):
        self.session.headers["X-CSRFToken"] = self.session.cookies.get("csrftoken", "")
        answer = self.session.request(method, f"{self.url}/v1/{path}", timeout=SECONDS, **sent)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None


def admin(server):
    """The superuser of a server, as a person."""
    account = server.account
    return Annotator(account.url, account.username, account.password)


def make(server, names):
    """New users of a server, logged in; they are members of nothing yet."""
    lead = admin(server)
    made = []
    for name in names:
        password = secrets.token_urlsafe(18)
        sent = {"username": name, "password1": password, "password2": password}
        lead._call("POST", "users/create", json=sent)
        made.append(Annotator(lead.url, name, password))
    lead.close()
    return made
