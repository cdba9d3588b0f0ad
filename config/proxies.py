"""Whom we believe about the client's address and the scheme."""

from collections.abc import Callable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
Address = IPv4Address | IPv6Address


class TrustedProxyMiddleware:
    """Puts the real client into REMOTE_ADDR; drops what strangers forward.

    Only a peer named in TRUSTED_PROXIES may speak for a client. The client is the
    right-most address in X-Forwarded-For that is not itself such a proxy: what
    stands left of it was written by the client and proves nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Read the list of our own proxies."""
        self.get_response = get_response
        self.trust_socket_file = "unix" in settings.TRUSTED_PROXIES
        self.networks: list[IPv4Network | IPv6Network] = [
            ip_network(entry) for entry in settings.TRUSTED_PROXIES if entry != "unix"
        ]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Settle who the client is, then pass the request on."""
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if not self._is_ours(request.META.get("REMOTE_ADDR", "")):
            for header in FORWARDED_HEADERS:
                request.META.pop(header, None)
        elif client := self._client(forwarded):
            request.META["REMOTE_ADDR"] = client
        return self.get_response(request)

    def _is_ours(self, peer: str) -> bool:
        if not peer:
            return self.trust_socket_file
        address = _address(peer)
        return address is not None and any(address in net for net in self.networks)

    def _client(self, forwarded: str) -> str:
        client = ""
        for entry in reversed(forwarded.split(",")):
            address = _address(entry.strip())
            if address is None:
                break
            client = str(address)
            if not self._is_ours(client):
                break
        return client


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket shows an IPv4 peer as ::ffff:a.b.c.d.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
