"""AWS with an empty ledger, and ids that no two tests share."""

import pytest

from tests.actions.cloud import Cloud


@pytest.fixture
def cloud(whole_cloud: Cloud) -> Cloud:
    """With an empty ledger, and nothing going wrong."""
    whole_cloud.door.begin()
    return whole_cloud


@pytest.fixture
def request_id(request: pytest.FixtureRequest) -> str:
    """An id for this test alone, such as Mentor gives."""
    return f"r{abs(hash(request.node.nodeid)):x}"
