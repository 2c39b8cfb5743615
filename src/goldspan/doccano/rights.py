"""What a login may do, asked before it is tried: Doccano's own refusal does not say which right is missing.

Staff create projects and accounts. Administrators of a project change it and its members, and export; whoever created
it is one. A superuser gives people the status of staff, an administrator of a project gives them a role there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.doccano.members import ADMIN
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject

AS_ANOTHER = "Or log in as somebody else, in DOCCANO_USERNAME and DOCCANO_PASSWORD."


def require_staff(server: Doccano, project: str | None = None) -> None:
    """Refuse a login that may not create accounts, or a project.

    Args:
        server: logged in to.
        project: the name of the project that is to be created; None for accounts.

    Raises:
        ServerError: naming the right, and who can give it.
    """
    me = server.me()
    if me.staff:
        return
    what = "accounts" if project is None else f"the project {project!r}"
    role = (
        ""
        if project is None
        else f" If the project exists, let an administrator of it make {me.username!r} a member, in the role {ADMIN}."
    )
    raise ServerError(
        f"the user {me.username!r} may not create {what}: that needs the status of staff",
        remedy=f"Let a superuser tick 'Staff status' for {me.username!r} on Doccano's /admin/ page.{role} {AS_ANOTHER}",
    )


def require_administrator(server: Doccano, project: DoccanoProject, what: str) -> None:
    """Refuse a login that does not administer a project.

    A superuser may do everything, too, but sees only what is assigned to them in the role of another.

    Args:
        server: logged in to.
        project: as the server has it.
        what: what needs the role, as the beginning of a sentence.

    Raises:
        ServerError: naming the role, and who can give it.
    """
    role = server.role(project.id)
    if role == ADMIN:
        return
    me = server.me()
    if me.superuser and not server.assigns(project.id):
        return
    raise ServerError(
        f"the user {me.username!r} is {role} in the project {project.name!r}: {what} needs the role {ADMIN}",
        remedy=f"Let an administrator of the project give {me.username!r} that role: Members, in Doccano. {AS_ANOTHER}",
    )
