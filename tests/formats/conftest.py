from importlib.util import find_spec
from pathlib import PurePath

import pytest

from goldspan import formats

WITHOUT_CASSIS = find_spec("cassis") is None


@pytest.fixture(autouse=True)
def _skip_formats_whose_extra_is_missing(request):
    """Skip what is about UIMA CAS where dkpro-cassis is not installed."""
    parameters = request.node.callspec.params.values() if hasattr(request.node, "callspec") else ()
    names = {PurePath(value).stem for value in parameters if isinstance(value, str)}
    if WITHOUT_CASSIS and any(formats.ALIASES.get(name, name) == "cas" for name in names):
        pytest.skip("pip install 'goldspan[cas]'")
