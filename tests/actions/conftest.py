"""One AWS for all tests of this folder, and ids that none of them shares."""

from collections.abc import Iterator

import pytest

from tests.actions.cloud import REGION, Cloud, start_cloud


@pytest.fixture(scope="session")
def whole_cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("AWS_ACCESS_KEY_ID", "tests"),
            ("AWS_SECRET_ACCESS_KEY", "tests"),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", ""),
            ("MOTO_PORT", ""),
        ):
            patch.setenv(name, value)
        cloud, server = start_cloud()
        yield cloud
        cloud.door.shutdown()
        cloud.door.server_close()
        server.stop()


@pytest.fixture
def cloud(whole_cloud: Cloud) -> Cloud:
    """With an empty ledger, and nothing going wrong."""
    whole_cloud.door.begin()
    return whole_cloud


@pytest.fixture
def request_id(request: pytest.FixtureRequest) -> str:
    """An id for this test alone, such as Mentor gives."""
    return f"r{abs(hash(request.node.nodeid)):x}"
