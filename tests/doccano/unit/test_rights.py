"""Which right is missing, and who can give it."""

import contextlib
from types import SimpleNamespace

import pytest

from goldspan.doccano.client.schema import User
from goldspan.doccano.rights import require_administrator, require_staff
from goldspan.doccano.users import create_users
from goldspan.errors import ServerError

PROJECT = SimpleNamespace(id=7, name="ships")


def server(*, staff=False, superuser=False, role="annotator", assigns=False):
    me = User(1, "lena", superuser=superuser, staff=staff)
    return SimpleNamespace(me=lambda: me, role=lambda _: role, assigns=lambda _: assigns, users=lambda: [me])


def test_who_is_not_staff_is_told_what_they_may_not_create():
    require_staff(server(staff=True), "ships")
    with pytest.raises(ServerError, match=r"'lena' may not create the project 'ships': .* staff") as caught:
        require_staff(server(superuser=True), "ships")  # Doccano asks for the one, not for the other
    assert "superuser tick 'Staff status'" in caught.value.remedy
    assert "project_admin" in caught.value.remedy
    with pytest.raises(ServerError, match="may not create accounts"):
        list(create_users(server(), ["anna"]))


@pytest.mark.parametrize(
    ("login", "may"),
    [
        (server(role="project_admin"), True),
        (server(role="project_admin", assigns=True), True),
        (server(role="annotator"), False),
        (server(role="annotation_approver", staff=True), False),
        (server(role="annotator", superuser=True), True),
        (server(role="annotator", superuser=True, assigns=True), False),  # they would see only what is theirs
    ],
)
def test_who_does_not_see_all_of_a_project_may_neither_push_nor_pull(login, may):
    refused = pytest.raises(ServerError, match="in the project 'ships': a push needs the role project_admin")
    with contextlib.nullcontext() if may else refused as caught:
        require_administrator(login, PROJECT, "a push")
    if not may:
        assert "Members, in Doccano" in caught.value.remedy
