"""What people do in a Doccano, for the tests that need a real one."""

import json

from goldspan.doccano.account import Account


def bring(server, project, rows):
    """Import rows as they are, and get what was not taken."""
    upload = server.upload("\n".join(map(json.dumps, rows)).encode(), "rows.jsonl")
    return server.wait(server.start_import(project.id, [upload]))


def named(server, name):
    """The user of that name, made if need be, and the account to log in with."""
    users = {user.username: user for user in server.users()}
    user = users.get(name) or server.create_user(name, f"{name}s-own-pass")
    return user, Account(server.url, name, f"{name}s-own-pass")


def join(server, project, name, role="annotator"):
    """Make a user a member of a project: the membership, and the account to log in with."""
    user, account = named(server, name)
    return server.add_member(project.id, user.id, server.roles()[role]), account


def leave(server, project, member):
    """Take a member out of a project; what they did stays."""
    server._send("DELETE", f"v1/projects/{project.id}/members", {"ids": [member.id]})


def mark(client, project, example, span):
    """Mark a span, in the project's unit, as an annotator does; Doccano's number of it."""
    start, end, label = span
    kinds = {kind.name: kind.id for kind in client.span_types(project.id)}
    said = {"start_offset": start, "end_offset": end, "label": kinds[label]}
    return client._send("POST", f"v1/projects/{project.id}/examples/{example}/spans", said)["id"]


def confirm(client, project, example):
    """Confirm an example, or take that back."""
    client._send("POST", f"v1/projects/{project.id}/examples/{example}/states")


def comment(client, project, example, text):
    """Say something about an example."""
    client._send("POST", f"v1/projects/{project.id}/comments?example={example}", {"text": text})
