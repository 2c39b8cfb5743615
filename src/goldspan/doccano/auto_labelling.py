"""The auto-labelling of a project in Doccano by goldspan's service: registered, tested, updated and removed by the API.

When an annotator who has switched auto-labelling on opens an example that is not confirmed, Doccano asks each of the
project's services for spans, and stores them as that annotator's. The form of Doccano 1.8.4 cannot register a service,
since it cannot fill in headers and body (https://github.com/doccano/doccano/issues/2282); the API can. What Doccano
sends is `POST URL/doccano?project=k3f9a1c2e4d5&offsets=utf-16&label=PERSON&label=PLACE` with `Authorization: Bearer
TOKEN` and the body `{"text": "…"}`:

- `text` is that of the example. Doccano puts it only where a whole value is `{{ text }}`, and it fails where body or
  params are null. A test sends a space, for which the service has no spans and which it need not remember.
- `project` is the key that a push wrote into the project. It is what a configuration of goldspan's is known by, too.
- `offsets` is what they count there: `utf-16` or `graphemes`.
- `label` is each label that has a type there: Doccano would drop a span of another one, and the service would take it
  for offered.

The answer is `[{"label": "PERSON", "start_offset": 0, "end_offset": 4}, …]`, which the template hands on as it is.

A configuration runs on Doccano's server with the rights of Doccano: its template is a program (CVE-2024-40442), and its
address is called from there, inside the server's network (CVE-2024-40441). So those that goldspan did not write are
named, and left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit, urlunsplit

from goldspan.doccano.client.http_errors import HTTPStatusError
from goldspan.doccano.client.schema import SPAN_TASK, AutoLabelling
from goldspan.doccano.controls import read_controls
from goldspan.doccano.corpus_record import OffsetUnit, read_record, record_key
from goldspan.doccano.former_labels import former_names
from goldspan.doccano.labels import types_by_label
from goldspan.doccano.project import project_kind
from goldspan.doccano.project_identity import identify, offset_unit
from goldspan.doccano.rights import require_administrator
from goldspan.doccano.snapshot import fingerprint
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats.doccano import stored_key
from goldspan.web.addresses import is_loopback, normalize_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject

MODEL = "Custom REST Request"  # Doccano's name for a service of one's own
TEMPLATE = "{{ input | tojson }}"
TEXT = "{{ text }}"  # Doccano puts the text of the example where a whole value is this
PATH = "/doccano"  # of the service
BEARER = "Bearer "  # before the token
KEY_FORM = re.compile("k[0-9a-f]{12}")
NEW = 0  # the number of a configuration that is not there yet; Doccano counts from 1
PARAMETERS = frozenset({"project", "offsets", "label"})
ATTRIBUTES = frozenset({"url", "method", "params", "headers", "body"})
UNITS: tuple[OffsetUnit, ...] = get_args(OffsetUnit)
SAMPLE = " "  # what the service is asked about in a test
SHAPE = "It looks like http://127.0.0.1:8765, as the machine reaches it on which Doccano runs."
LOGIN = "The service is asked with a token, not with a login: leave it out."


# What a configuration is to be, and which are goldspan's


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """goldspan's service, as Doccano reaches it; its representation does not show the token.

    Args:
        url: its address, kept in one form and with its path; http or https.
        token: that it asks for.

    Raises:
        InvalidValueError: for an address that is none, or a token that cannot be sent.
    """

    url: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        url = normalize_address(self.url, "the service", shape=SHAPE, login=LOGIN)
        object.__setattr__(self, "url", url if url.endswith(PATH) else url + PATH)
        if not self.token or not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise InvalidValueError(
                "the service's token is empty, or has a space or a character beyond ASCII",
                remedy="Have the service make a new one.",
            )

    @property
    def leaves_unencrypted(self) -> bool:
        """Whether texts and token travel to another machine than Doccano's without encryption."""
        return urlsplit(self.url).scheme == "http" and not is_loopback(self.url)


def is_own(configuration: AutoLabelling, project: DoccanoProject) -> bool:
    """Whether goldspan wrote a configuration for this project: the request names the project's key."""
    key = service_key(project)
    return bool(key) and _part(configuration, "params").get("project") == key


def service_key(project: DoccanoProject) -> str:
    """The key by which the service knows a project: that of its description or its page; empty if it has none."""
    return key if KEY_FORM.fullmatch(key := record_key(project, "")) else ""


def shown_address(configuration: AutoLabelling) -> str:
    """The address that a configuration calls, without what may be a secret in it; empty if it names none."""
    attributes = configuration.attributes
    url = attributes.get("url") if isinstance(attributes, dict) else None
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def desired_configuration(project: DoccanoProject, service: Service, mapping: Mapping[str, str]) -> AutoLabelling:
    """The configuration that a project is to have.

    Args:
        project: as the server has it; it has a key.
        service: that it asks.
        mapping: by label, the name of its type in the project.
    """
    attributes = {
        "url": service.url,
        "method": "POST",
        "params": {"project": service_key(project), "offsets": offset_unit(project), "label": list(mapping)},
        "headers": {"Authorization": f"{BEARER}{service.token}"},
        "body": {"text": TEXT},
    }
    return AutoLabelling(NEW, MODEL, attributes, TEMPLATE, dict(mapping), SPAN_TASK)


def differences(current: AutoLabelling, desired: AutoLabelling) -> list[str]:
    """In what a configuration is not as it is to be, in words that hold no secret."""
    found = []
    if _attribute(current, "url") != _attribute(desired, "url"):
        found.append(f"address {shown_address(current) or 'none'} → {shown_address(desired)}")
    if _part(current, "headers") != _part(desired, "headers"):
        found.append("token")
    if request_unit(current) != request_unit(desired):
        found.append(f"offsets {request_unit(current) or 'unknown'} → {request_unit(desired)}")
    if _labels(current) != _labels(desired):
        found.append("labels")
    return found + (["form"] if not has_form(current) else [])


def request_unit(configuration: AutoLabelling) -> OffsetUnit | None:
    """In what a configuration asks for offsets; None if it does not say."""
    unit = _part(configuration, "params").get("offsets")
    return unit if unit in UNITS else None


def has_form(configuration: AutoLabelling) -> bool:
    """Whether a configuration is of the form that goldspan writes, whatever address, token and labels it has.

    One that is not may do anything: somebody changed it, or put goldspan's mark into one of their own.
    """
    attributes = configuration.attributes
    return (
        (configuration.model, configuration.template, configuration.task) == (MODEL, TEMPLATE, SPAN_TASK)
        and isinstance(attributes, dict)
        and attributes.keys() == ATTRIBUTES
        and (attributes["method"], attributes["body"]) == ("POST", {"text": TEXT})
        and _part(configuration, "params").keys() == PARAMETERS
        and list(_part(configuration, "headers")) == ["Authorization"]
        and str(_part(configuration, "headers")["Authorization"]).startswith(BEARER)
    )


def _labels(configuration: AutoLabelling) -> tuple[Any, Any]:
    """Which labels a configuration asks for, and what becomes of them."""
    return _part(configuration, "params").get("label"), configuration.label_mapping


def _attribute(configuration: AutoLabelling, name: str) -> Any:  # noqa: ANN401  (JSON is any)
    attributes = configuration.attributes
    return attributes.get(name) if isinstance(attributes, dict) else None


def _part(configuration: AutoLabelling, name: str) -> dict[str, Any]:
    """A part of the request that is an object, empty if there is none."""
    part = _attribute(configuration, name)
    return part if isinstance(part, dict) else {}


# Where there may be one


def reason_against(project: DoccanoProject) -> InvalidValueError | None:
    """Why a project must not be auto-labelled, with what to do; None if its kind allows it."""
    kind = project_kind(project)
    if kind == "independent":
        return InvalidValueError(
            f"everybody annotates alone in the project {project.name!r}, and auto-labelling would spoil that: all "
            "would be shown the same spans, so that they agree without having judged; and Doccano does not say who "
            "asks, so that what one annotator rejected would be kept from the others, or come back to them",
            remedy="Auto-label a shared project: `goldspan doccano push --shared --project` with another name.",
        )
    if kind == "private":
        return InvalidValueError(
            f"the project {project.name!r} is one member's, who corrects the suggestions that a push filled in: where "
            "they delete one, the service could not know, and would offer it again; and what it offered would be on no "
            "record of what they saw",
            remedy="Auto-label a shared project: `goldspan doccano push --shared --project` with another name.",
        )
    if kind == "disputes":
        return InvalidValueError(
            f"the project {project.name!r} settles disputes: a span that a program sets would be taken for a decision",
            remedy="Auto-label the shared project in which people annotate.",
        )
    return None


def require_not_auto_labelled(server: Doccano, project: DoccanoProject) -> None:
    """Refuse to fill spans into a project in which goldspan's service suggests them.

    Raises:
        InvalidValueError: with what to do instead.
    """
    if any(is_own(each, project) for each in server.auto_labellings(project.id)):
        raise InvalidValueError(
            f"goldspan's service suggests spans in the project {project.name!r}: where an annotator deletes one that a "
            "push filled in, the service could not know, and would offer it again",
            remedy="Push without --suggestions and --gold, or stop the service there: `goldspan doccano auto-label "
            "--remove --apply`.",
        )


def _require_nothing_filled_in(server: Doccano, project: DoccanoProject) -> None:
    """Refuse a project into which a push filled spans.

    Raises:
        InvalidValueError: naming the first example.
    """
    for row in server.examples(project.id):
        stored = stored_key(row.meta)
        if stored.key is not None and stored.key.sent not in {None, fingerprint(())}:
            raise InvalidValueError(
                f"a push filled spans into the project {project.name!r}: where an annotator deleted one, the service "
                "could not know, and would offer it again",
                example=stored.id,
                remedy="Auto-label a project that was pushed without --suggestions and --gold.",
            )


# Plan, test and apply


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoLabellingPlan:
    """What is to be done to the auto-labelling of a project.

    Args:
        server: where.
        project: as the server has it.
        desired: the configuration that it is to have; None for none of goldspan's.
        own: those of goldspan's that it has.
        others: those that goldspan did not write; they stay.
        notes: what somebody should know, as sentences without a full stop.
    """

    server: Doccano
    project: DoccanoProject
    desired: AutoLabelling | None
    own: tuple[AutoLabelling, ...]
    others: tuple[AutoLabelling, ...]
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> list[str]:
        """In what the configuration that stays is not as it is to be."""
        return differences(self.own[0], self.desired) if self.own and self.desired else []

    @property
    def action(self) -> Literal["create", "update", "remove", "nothing"]:
        """What is to be done."""
        if self.desired is None:
            return "remove" if self.own else "nothing"
        if not self.own:
            return "create"
        return "update" if self.changed or self.own[1:] else "nothing"

    @property
    def surplus(self) -> tuple[AutoLabelling, ...]:
        """Those of goldspan's that are to go."""
        return self.own if self.desired is None else self.own[1:]

    def lines(self) -> Iterator[str]:
        """The plan in words."""
        if self.desired is not None:
            address = shown_address(self.desired)
            if not self.own:
                unit = request_unit(self.desired)
                yield f"register {address} for {len(self.desired.label_mapping)} labels, offsets in {unit}"
            elif self.changed:
                yield f"update number {self.own[0].id}: {', '.join(self.changed)}"
            else:
                yield f"number {self.own[0].id} is as it should be: {address}"
        for each in self.surplus:
            yield f"remove number {each.id}: {shown_address(each) or 'no address'}"

    def check_service(self) -> str | None:
        """Why the service does not work with Doccano; None if it does, or none is wanted."""
        return None if self.desired is None else check_service(self.server, self.project, self.desired)

    def apply(self) -> None:
        """Do what is planned, and read it back.

        Raises:
            ServerError: if the server refuses, or does not have what was sent.
        """
        server, project = self.server, self.project.id
        if self.desired is not None and not self.own:
            server.create_auto_labelling(project, self.desired)
        elif self.desired is not None and self.changed:
            server.update_auto_labelling(project, self.own[0].id, self.desired)
        for each in self.surplus:
            server.delete_auto_labelling(project, each.id)
        found = [each for each in server.auto_labellings(project) if is_own(each, self.project)]
        expected = [] if self.desired is None else [self.desired]
        if len(found) != len(expected) or any(map(differences, found, expected)):
            raise ServerError(
                f"the project {self.project.name!r} does not have the auto-labelling that was sent: somebody else "
                "changed it meanwhile",
                remedy="Run the command again.",
            )

    def other_services(self) -> list[tuple[int, str, str]]:
        """Number, kind and address of each configuration that goldspan did not write."""
        return [(each.id, each.model, shown_address(each)) for each in self.others]

    def json(self) -> dict[str, Any]:
        """For `--json`; it holds no token."""
        return {
            "project": self.project.name,
            "action": self.action,
            "changed": self.changed,
            "url": None if self.desired is None else shown_address(self.desired),
            "unit": None if self.desired is None else request_unit(self.desired),
            "labels": None if self.desired is None else self.desired.label_mapping,
            "own": [each.id for each in self.own],
            "others": [{"number": number, "kind": kind, "url": url} for number, kind, url in self.other_services()],
            "notes": list(self.notes),
        }


def plan_auto_labelling(server: Doccano, corpus: Corpus, name: str, service: Service | None) -> AutoLabellingPlan:
    """What is to be done, so that a project is auto-labelled by the service, or by none of goldspan's.

    Args:
        server: where.
        corpus: whose labels the service knows.
        name: of the project.
        service: that Doccano is to ask; None to remove what goldspan registered.

    Raises:
        NotFoundError: if there is no such project.
        InvalidValueError: if the project must not be auto-labelled, with the reason, or a push never wrote its key.
        ServerError: if the login does not administer the project.
    """
    identity = identify(server, corpus, name)
    project = identity.require()
    require_administrator(server, project, "auto-labelling")
    if not service_key(project):
        raise InvalidValueError(
            f"the project {name!r} has no key, by which goldspan would know it", remedy="Push it once; then try again."
        )
    configurations = server.auto_labellings(project.id)
    own = tuple(each for each in configurations if is_own(each, project))
    desired, notes = None, list(identity.notes)
    if service is not None:
        server.conceal(service.token)
        if reason := reason_against(project):
            raise reason
        read_controls(corpus, name, kind="shared")
        if not own:  # since then, a push fills in nothing
            _require_nothing_filled_in(server, project)
        mapping = label_mapping(server, corpus, project)
        desired = desired_configuration(project, service, mapping)
        notes += _notes(service, [label for label in corpus.scheme.names if label not in mapping])
    return AutoLabellingPlan(
        server=server,
        project=project,
        desired=desired,
        own=own,
        others=tuple(each for each in configurations if each not in own),
        notes=tuple(notes),
    )


def label_mapping(server: Doccano, corpus: Corpus, project: DoccanoProject) -> dict[str, str]:
    """By label of the scheme, the name of its type in a project; a label without a type is left out."""
    former = former_names(read_record(corpus), corpus.scheme)
    types, _ = types_by_label(corpus.scheme, server.span_types(project.id), former=former)
    return {label: group[0].name for label, group in types.items()}


def _notes(service: Service, missing: Sequence[str]) -> Iterator[str]:
    if missing:
        yield f"the project has no type for {', '.join(missing)}: push first, or the service's spans of it are dropped"
    if service.leaves_unencrypted:
        yield "the service is called by http on another machine: anyone between can read texts and the token"
    yield (
        "the token is stored in Doccano's database, where administrators of the project and of the server can read it: "
        "use it for nothing else"
    )


def check_service(server: Doccano, project: DoccanoProject, configuration: AutoLabelling) -> str | None:
    """Why a service does not work with Doccano; None if it does. Doccano asks it; nothing is stored anywhere.

    Args:
        server: where.
        project: whose configuration it is.
        configuration: of the form that goldspan writes.

    Raises:
        ServerError: if Doccano itself does not answer as it should.
    """
    server.conceal(_part(configuration, "headers")["Authorization"].removeprefix(BEARER))
    where = shown_address(configuration)
    try:
        answer = server.ask_service(project.id, configuration.model, configuration.attributes, SAMPLE)
    except HTTPStatusError as error:
        if error.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR}:
            raise
        return f"Doccano got no answer that it understands from {where}: {error.detail or error.message}"
    except ServerError as error:
        return f"Doccano did not say what {where} answers: {error.message}"
    if not isinstance(answer, list):
        said = str(answer.get("error") or "")[:300] if isinstance(answer, dict) else ""
        return f"{where} refused: {said or 'it sent no list of spans'}"
    if answer:
        return f"{where} found spans in a space: is it goldspan's service?"
    return _check_pipeline(server, project, configuration)


def _check_pipeline(server: Doccano, project: DoccanoProject, configuration: AutoLabelling) -> str | None:
    """Why Doccano does not make spans of an answer of the service; None if it does."""
    sent = [
        {"label": label, "start_offset": at, "end_offset": at + 1}
        for at, label in enumerate(configuration.label_mapping)
    ]
    if not sent:
        return "the project has no type for any label of the scheme"
    extracted = server.extract_labels(project.id, configuration.template, sent)
    stored = server.map_labels(project.id, configuration.label_mapping, extracted)
    expected = [span | {"label": configuration.label_mapping[span["label"]]} for span in sent]
    if stored != expected:
        return "Doccano makes other spans of the answer of the service: is this another version than 1.8?"
    return None
