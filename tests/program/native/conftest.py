"""Nothing is compiled into the cache of whoever runs the tests."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("llvmlite") is None:
    collect_ignore_glob = ["test_*"]


@pytest.fixture(autouse=True, scope="session")
def a_cache_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> object:
    place: Path = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place))
        yield place
