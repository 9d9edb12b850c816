"""The one rule for proxies."""

import pytest

from janitor.errors import UsageError
from janitor.proxies import VARIABLES, proxy_for

RUN = "run.googleapis.com"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize("name", VARIABLES)
def test_each_spelling_is_read(name: str) -> None:
    found = proxy_for(RUN, {name: PROXY})
    assert found
    assert (found.url, found.shown) == (PROXY, PROXY)


def test_the_first_that_is_set_decides() -> None:
    found = proxy_for(RUN, {"ALL_PROXY": "socks5h://x:1", "HTTPS_PROXY": PROXY, "https_proxy": " "})
    assert found
    assert found.url == PROXY


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "no_proxy"])
def test_what_is_for_plain_http_is_not_read(name: str) -> None:
    assert proxy_for(RUN, {name: PROXY}) is None


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("proxy.example", "http://proxy.example:80"),
        ("proxy.example:3128", PROXY),
        ("HTTP://proxy.example:3128/", PROXY),
        ("http://[::1]:3128", "http://[::1]:3128"),
        ("http://jan:p%40ss@proxy.example:3128", "http://jan:p%40ss@proxy.example:3128"),
        ("http://jan:p@ss\u00fc@proxy.example:3128", "http://jan:p%40ss%C3%BC@proxy.example:3128"),
        ('"http://proxy.example:3128"\n', PROXY),
    ],
)
def test_a_proxy_is_read(value: str, url: str) -> None:
    found = proxy_for(RUN, {"HTTPS_PROXY": value})
    assert found
    assert found.url == url
    assert "jan" not in found.shown
    assert "ss" not in found.shown
    assert "ss%" not in repr(found)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("socks://127.0.0.1:1080/", "socks://"),
        ("socks5h://127.0.0.1:1080", "socks5h://"),
        ("SOCKS4A://127.0.0.1", "socks4a://"),
        ("https://proxy.example:3128", "write http://"),
        ("marker://proxy.example", "an unknown scheme"),
        ("http://proxy.example:notaport", "host or port"),
        ("http://proxy.example:99999", "host or port"),
        ("http://proxy.example:0", "host or port"),
        ("http://", "host or port"),
        ("http://marker word", "host or port"),
        ("http://jan:marker#x@proxy.example", "host or port"),
        ("http://marker:12/x@proxy.example", "host or port"),
        ("http://[::1", "host or port"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(value: str, told: str) -> None:
    with pytest.raises(UsageError, match=r"^ALL_PROXY names a proxy") as refused:
        proxy_for(RUN, {"ALL_PROXY": value})
    assert told in str(refused.value)
    assert "marker" not in str(refused.value)


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize(
    "entry",
    ["*", RUN, "googleapis.com", ".googleapis.com", "*.googleapis.com", "x.example, GoogleAPIs.com", f"{RUN}:443", "a b googleapis.com"],
)  # fmt: skip
def test_a_host_that_no_proxy_names_is_reached_directly(name: str, entry: str) -> None:
    assert proxy_for(RUN, {"HTTPS_PROXY": "socks5://x", name: entry}) is None


@pytest.mark.parametrize("entry", ["", "un.googleapis.com", "apis.com", "10.0.0.0/8", ",", "http://x"])
def test_another_host_is_not_meant(entry: str) -> None:
    assert proxy_for(RUN, {"HTTPS_PROXY": PROXY, "NO_PROXY": entry})


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("10.0.0.0/8", "10.1.2.3", "11.1.2.3"),
        ("x.example, 10.9.8.7/8", "10.1.2.3", "11.1.2.3"),
        ("192.168.1.7/32", "192.168.1.7", "192.168.1.8"),
        ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8:5::1", "2001:db9::1"),
        ("[2001:db8::1]:443", "[2001:db8::1]", "[2001:db8::2]"),
    ],
)
def test_a_network_in_no_proxy_holds_its_addresses(network: str, inside: str, outside: str) -> None:
    assert proxy_for(inside, {"HTTPS_PROXY": PROXY, "NO_PROXY": network}) is None
    assert proxy_for(outside, {"HTTPS_PROXY": PROXY, "NO_PROXY": network})
    assert proxy_for(RUN, {"HTTPS_PROXY": PROXY, "NO_PROXY": network}), "a name is in no network"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "a.localhost", "169.254.169.254", "metadata.google.internal"]
)  # fmt: skip
def test_this_machine_and_the_metadata_server_are_never_proxied(host: str) -> None:
    assert proxy_for(host, {"HTTPS_PROXY": "socks5://x"}) is None
