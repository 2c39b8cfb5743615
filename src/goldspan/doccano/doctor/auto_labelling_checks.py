"""The doctor's checks of the services that a project's examples are sent to when annotators open them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from goldspan.doccano.auto_labelling import (
    check_service,
    has_form,
    is_own,
    label_mapping,
    reason_against,
    request_unit,
    shown_address,
)
from goldspan.doccano.doctor.context import Skipped, doctor_check
from goldspan.doccano.project_identity import offset_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.client.schema import AutoLabelling
    from goldspan.doccano.doctor.context import DoctorContext


@doctor_check(
    "auto-labelling",
    "project",
    "warning",
    title="no program but goldspan's sets spans in the annotators' names",
    remedy="Find out whose it is; else delete it under Settings, Auto Labeling. Whoever administers a project can have "
    "Doccano 1.8.4 run a program on its server by such a template (CVE-2024-40442) and call addresses inside its "
    "network (CVE-2024-40441): give that role only to people to whom you would give the server. For suggestions, "
    "`goldspan doccano auto-label`, or `push --shared --suggestions`.",
)
def auto_labelling(context: DoctorContext) -> Iterator[str]:
    """A service that goldspan did not register gets the texts, and sets spans as those of whoever opens an example."""
    assert context.project is not None
    for each in context.auto_labellings:
        address = shown_address(each)
        what = f"number {each.id} ({each.model}{f', {address}' if address else ''})"
        if not is_own(each, context.project):
            yield f"{what} gets the texts and sets spans that count as the annotator's own; goldspan did not write it"
        elif not has_form(each):
            yield f"{what} names this project's key as goldspan does, and somebody changed what it does"


@doctor_check(
    "auto-labelling-kind",
    "project",
    "error",
    title="only shared projects are auto-labelled",
    remedy="Run `goldspan doccano auto-label --remove --apply` for this project.",
)
def wrong_kind(context: DoctorContext) -> Iterator[str]:
    """The service sets spans in a project in which everybody annotates alone, or in one of disputes."""
    assert context.project is not None
    reason = reason_against(context.project)
    if reason is not None and _own(context):
        yield reason.message


@doctor_check(
    "auto-labelling-service",
    "project",
    "warning",
    title="goldspan's service answers Doccano",
    remedy="Start it with `goldspan serve`, or register its present address and token with `goldspan doccano "
    "auto-label`. Until then annotators work on, without suggestions.",
)
def silent_service(context: DoctorContext) -> Iterator[str]:
    """Annotators who switched auto-labelling on get no spans."""
    assert context.project is not None
    for each in _own(context):
        if has_form(each) and (reason := check_service(context.server, context.project, each)):
            yield f"number {each.id}: {reason}"


@doctor_check(
    "auto-labelling-drift",
    "corpus",
    "error",
    title="goldspan's service counts offsets as the project does, and knows its labels",
    remedy="Run `goldspan doccano auto-label --apply` for this project again.",
)
def service_drift(context: DoctorContext) -> Iterator[str]:
    """Spans would be set on other words, or not at all: the project was changed since the service was registered."""
    assert context.project is not None
    assert context.corpus is not None
    for each in filter(has_form, _own(context)):
        unit = offset_unit(context.project)
        if request_unit(each) != unit:
            yield f"number {each.id} asks for offsets in another unit than {unit}"
        if each.label_mapping != label_mapping(context.server, context.corpus, context.project):
            yield f"number {each.id} has other labels than the project"


def services_in_use(context: DoctorContext) -> Iterator[str]:
    """The addresses at which a project asks goldspan's service, for a person to compare with the right one."""
    with contextlib.suppress(Skipped):
        yield from (f"auto-labelled by goldspan's service at {shown_address(each)}" for each in _own(context))


def _own(context: DoctorContext) -> list[AutoLabelling]:
    """The configurations that goldspan wrote."""
    assert context.project is not None
    return [each for each in context.auto_labellings if is_own(each, context.project)]


AUTO_LABELLING_CHECKS = (auto_labelling, wrong_kind, silent_service, service_drift)
