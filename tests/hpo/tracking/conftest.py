"""One real MLflow server for all these tests, since its start takes seconds; each test has a sweep of its own."""

from collections.abc import Iterator

import pytest

from tests.hpo.tracking.servers import FaultyProxy, MlflowServer

pytest.register_assert_rewrite("tests.hpo.tracking.played")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    server = MlflowServer(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def proxy(server: MlflowServer) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(server.port)
    yield proxy
    proxy.close()
