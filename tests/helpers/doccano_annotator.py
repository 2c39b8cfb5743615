"""Annotators in Doccano for the tests, by HTTP or in a browser; each has a login of their own.

Plain `requests` on purpose: what an annotator does and sees must not pass through the code under test. Offsets are
those of the browser: UTF-16 code units, unless the project counts graphemes.

Doccano draws each line of a text as an SVG `<text>`, whose id is `<start>:<end>` in UTF-16 units, and under it a line
with round ends, of the label's colour, per span. Lines that it does not need now it keeps far above the page. What is
drawn is read back from the geometry alone: the characters above a coloured line.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Self

import requests

SECONDS = 60  # for one answer
PAGE = 1_000

PASSWORD_FIELD = "input[name=password]"  # noqa: S105  (the name of a field)
LINES = """
const lines = () => [...document.querySelectorAll("#container svg > g > g > text")]
    .filter(text => !text.closest(".vue-recycle-scroller__item-view").style.transform.includes("-9999px"))
    .map(text => ({text, start: parseInt(text.id)})).sort((a, b) => a.start - b.start);
"""
TEXT = f"() => {{ {LINES} return lines().map(line => line.text.textContent) }}"
# A zero-width part of a cluster stands where the cluster stands: it is above a line if the cluster's middle is.
DRAWN = f"""() => {{ {LINES}
    const drawn = [];
    for (const {{text, start}} of lines()) {{
        const middles = [...text.textContent].length ? [...Array(text.getNumberOfChars()).keys()].map(at => {{
            const extent = text.getExtentOfChar(at);
            return extent.x + extent.width / 2;
        }}) : [];
        for (const group of text.parentNode.querySelectorAll(":scope > g")) {{
            const label = group.querySelector("text").textContent;
            for (const line of group.querySelectorAll("line")) {{
                const cap = parseFloat(line.getAttribute("stroke-width")) / 2;
                const [left, right] = ["x1", "x2"].map(end => parseFloat(line.getAttribute(end)));
                const under = middles.map((middle, at) => left - cap < middle && middle < right + cap ? at : -1)
                    .filter(at => at >= 0);
                if (under.length) drawn.push([
                    start + under[0], start + under.at(-1) + 1, label, line.getAttribute("stroke"),
                    text.textContent.slice(under[0], under.at(-1) + 1),
                ]);
            }}
        }}
    }}
    return drawn;
}}"""
PLACE = f"""([at, end]) => {{ {LINES}
    const found = lines().filter(line => line.start <= at).at(-1);
    found.text.scrollIntoView({{block: "center"}});
    const extent = found.text.getExtentOfChar(at - found.start);
    const origin = found.text.getScreenCTM();
    return [extent.x + (end ? extent.width - 1 : 1) + origin.e, extent.y + extent.height / 2 + origin.f];
}}"""


class Annotator:
    """A user who is logged in and works by HTTP, as their browser would."""

    def __init__(self, url, username, password):
        self.url, self.username, self.password = url, username, password
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands between
        self.session.headers["Accept"] = "application/json"
        self._call("POST", "auth/login/", json={"username": username, "password": password})
        self.id = self._call("GET", "me")["id"]

    def __repr__(self):
        return f"Annotator({self.username!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self):
        self.session.close()

    def projects(self):
        """The ids of the projects that this annotator sees, by name."""
        return {each["name"]: each["id"] for each in self._call("GET", f"projects?limit={PAGE}")["results"]}

    def examples(self, project):
        """All examples, as this annotator sees them: id, text, meta, is_confirmed."""
        found, wanted = [], 1
        while len(found) < wanted:
            page = self._call("GET", f"projects/{project}/examples?limit={PAGE}&offset={len(found)}")
            found, wanted = found + page["results"], page["count"]
        return found

    def labels(self, project):
        """The ids of the labels by name."""
        return {each["text"]: each["id"] for each in self._call("GET", f"projects/{project}/span-types")}

    def spans(self, project, example):
        """The spans that this annotator sees: id, start_offset, end_offset, label."""
        return self._call("GET", f"projects/{project}/examples/{example}/spans")

    def mark(self, project, example, start, end, label):
        """Adds a span; returns its id. The label is a name or a number."""
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
        """Adds a comment to an example; returns its id."""
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
    """The superuser of a server, as an annotator."""
    account = server.account
    return Annotator(account.url, account.username, account.password)


def create(server, names):
    """New users of a server, logged in; they are members of no project yet."""
    lead = admin(server)
    made = []
    for name in names:
        password = secrets.token_urlsafe(18)
        sent = {"username": name, "password1": password, "password2": password}
        lead._call("POST", "users/create", json=sent)
        made.append(Annotator(lead.url, name, password))
    lead.close()
    return made


def get_or_create(server, name):
    """The user of that name, logged in; created where missing."""
    if name not in {user.username for user in server.users()}:
        server.create_user(name, f"{name}s-own-pass")
    return Annotator(server.url, name, f"{name}s-own-pass")


def create_unique(server, *names):
    """New users whose usernames have a random suffix, since tests share a server."""
    return create(server, [f"{name}{secrets.token_hex(3)}" for name in names])


def create_by_name(server, *names):
    """New users by the names given; the username has a random suffix, since tests share a server."""
    return dict(zip(names, create_unique(server, *names), strict=True))


@dataclass(frozen=True)
class DrawnSpan:
    """A coloured line: the UTF-16 units above it, the label under it, its colour, and the words above it."""

    start: int
    end: int
    label: str
    colour: str
    surface: str


class BrowserAnnotator:
    """A user who logs in at the page and works there with mouse and keys.

    Args:
        browser: of `html_pages.launch_chromium`.
        url: of the server; nothing else is let through.
        username: whose account it is.
        password: the account's.
    """

    def __init__(self, browser, url, username, password):
        self.url = url
        self.context = browser.new_context(viewport={"width": 1400, "height": 900})
        self.page = self.context.new_page()
        self.page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(url) else route.abort())
        self.pending, self.asked = 0, 0
        self.page.on("request", lambda _: self._count(1))
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda _: self._count(-1))
        self.page.goto(f"{url}/auth")
        self.page.locator("input[name=username]").fill(username)
        self.page.locator(PASSWORD_FIELD).fill(password)
        self.page.locator(PASSWORD_FIELD).press("Enter")
        self.page.wait_for_url("**/projects")
        self.settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.context.close()

    def _count(self, step):
        self.pending += step
        self.asked += step > 0

    def settle(self):
        """Wait until the page has asked and drawn all that follows from what was done: a moment without a request."""
        while True:
            asked = self.asked
            self.page.wait_for_timeout(200)
            if not self.pending and asked == self.asked:
                return

    def go(self, path):
        """Go to another page as a click does, without loading the application again."""
        self.page.evaluate("path => window.$nuxt.$router.push(path)", path)
        self.page.wait_for_url(f"{self.url}{path}")
        self.settle()

    def open(self, project, number=1):
        """Open the example of that number, from 1, of a project."""
        self.go(f"/projects/{project}/sequence-labeling?page={number}")
        self.page.get_by_text(re.compile(rf"^{number} of \d+$")).wait_for()
        self.page.wait_for_selector("#container svg > g > g > text", state="attached")

    @property
    def text(self):
        """The lines as they are drawn, one after the other."""
        return "".join(self.page.evaluate(TEXT))

    def drawn(self):
        """What stands above each coloured line, from the top left."""
        return [DrawnSpan(*found) for found in sorted(self.page.evaluate(DRAWN))]

    def drag(self, start, end):
        """Mark the UTF-16 units from `start` to `end` with the mouse."""
        self.page.mouse.move(*self.page.evaluate(PLACE, [start, False]))
        self.page.mouse.down()
        self.page.mouse.move(*self.page.evaluate(PLACE, [end - 1, True]), steps=5)
        self.page.mouse.up()

    def mark(self, start, end, *, key=None, label=None):
        """Mark a stretch: with the key of a label, which stays chosen, or without, choosing the label from the menu."""
        if key:
            self.page.keyboard.press(key)
            self.page.locator(".v-chip--active").wait_for()
        with self.page.expect_response(lambda answer: answer.request.method == "POST" and "/spans" in answer.url):
            self.drag(start, end)
            if label:
                self.page.locator(".menuable__content__active").get_by_text(label, exact=True).click()
        self.settle()

    def confirm(self):
        """Say that the example is done, or no longer."""
        with self.page.expect_response("**/states"):
            self.page.locator(".toolbar-control button").first.click()
        self.settle()

    def switch_auto_labelling(self):
        """Switch auto-labelling on, or off, in the dialog of the magic wand; it is off whenever the page is loaded."""
        self.page.locator(".toolbar-control button").nth(5).click()
        self.page.locator(".v-dialog--active .v-input--selection-controls__ripple").click()
        self.settle()
        self.page.locator(".v-dialog--active").get_by_text("Close").click()
        self.page.locator(".v-overlay").wait_for(state="detached")
        self.settle()

    def chosen(self):
        """The names of the labels that are chosen in the list."""
        return [chip.inner_text().split()[0] for chip in self.page.locator(".v-chip--active").all()]

    def click_name(self, label, button="left"):
        """Click the name of a label under the first words that have it."""
        name = self.page.locator("#container svg > g > g > g", has_text=label).first.locator("text").bounding_box()
        self.page.mouse.click(name["x"] + name["width"] / 2, name["y"] + name["height"] / 2, button=button)
        self.settle()

    def press(self, *keys):
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    @property
    def chips(self):
        """The labels in the list: name, key and colour."""
        return [
            (*chip.inner_text().split(), chip.evaluate("chip => getComputedStyle(chip).backgroundColor"))
            for chip in self.page.locator(".v-chip").all()
        ]

    def read_guideline(self):
        """Open the guideline; gives what it is drawn in."""
        self.page.locator(".toolbar-control button").nth(3).click()
        contents = self.page.locator(".v-dialog--active .tui-editor-contents")
        contents.wait_for()
        self.settle()
        return contents
