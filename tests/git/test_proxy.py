"""Which proxy leads to a host's API: what git goes by, read as git reads it."""

import pytest

from bot.git.proxy import proxy_for

API = "https://ghe.example.com:8443/api/v3"
ONE, OTHER = "http://one.example.com:3128", "http://other.example.com"


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        pytest.param(API, {}, "", id="none"),
        pytest.param(API, {"HTTPS_PROXY": ONE}, ONE, id="in capitals"),
        pytest.param(API, {"https_proxy": ONE, "HTTPS_PROXY": OTHER}, ONE, id="small letters first"),
        pytest.param(API, {"https_proxy": "", "HTTPS_PROXY": ONE}, ONE, id="an empty one is none"),
        pytest.param(API, {"ALL_PROXY": ONE}, ONE, id="for everything"),
        pytest.param(API, {"ALL_PROXY": OTHER, "HTTPS_PROXY": ONE}, ONE, id="for https rather than for everything"),
        pytest.param(API, {"HTTPS_PROXY": "one.example.com:3128"}, ONE, id="without a scheme"),
        pytest.param(API, {"HTTP_PROXY": ONE, "http_proxy": ONE}, "", id="for http alone"),
        pytest.param(API, {"ALL_PROXY": "socks5://one.example.com"}, "", id="not spoken"),
        pytest.param("http://127.0.0.1:8080", {"HTTPS_PROXY": ONE}, "", id="this machine"),
        pytest.param(
            API, {"HTTPS_PROXY": ONE, "NO_PROXY": "a.example, example.com"}, "", id="excepted with its domain"
        ),
        pytest.param(API, {"HTTPS_PROXY": ONE, "no_proxy": ".example.com"}, "", id="excepted with a dot"),
        pytest.param(API, {"HTTPS_PROXY": ONE, "NO_PROXY": "ghe.example.com:8443"}, "", id="excepted with its port"),
        pytest.param(API, {"HTTPS_PROXY": ONE, "NO_PROXY": "*"}, "", id="all are excepted"),
        pytest.param(API, {"HTTPS_PROXY": ONE, "NO_PROXY": "ample.com"}, ONE, id="a name that ends the same"),
    ],
)
def test_proxy_is_the_one_that_git_goes_by(url: str, environment: dict[str, str], expected: str) -> None:
    assert proxy_for(url, environment) == expected
