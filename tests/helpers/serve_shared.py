"""`goldspan serve` for a shared project that no Doccano has: `python -m helpers.serve_shared serve …`."""

import sys

from goldspan import cli
from goldspan.doccano import credentials
from goldspan.service import doccano_read_back, served_project

PROJECT = served_project.ServedProject(name="shared", key="k000000000001", unit="utf-16")


class NoReadBack:
    """Finds nothing that was rejected."""

    def __init__(self, *_):
        pass

    def __call__(self, _):
        return 0


if __name__ == "__main__":
    credentials.find_account = lambda _: object()
    served_project.find_served_projects = lambda *_: [PROJECT]
    doccano_read_back.DoccanoReadBack = NoReadBack
    cli.main([*sys.argv[1:], "--project", PROJECT.name])
