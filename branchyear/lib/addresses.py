"""Where a request comes from, in a way that a header cannot talk us out of."""

import ipaddress

from django.conf import settings


def client_ip(request):
    """The address of the person's machine, or None.

    Behind ``TRUSTED_PROXIES`` proxies of our own, each of which adds the peer it saw to ``X-Forwarded-For``,
    it is the entry that the outermost of them wrote; whatever stands before it, the visitor wrote himself.
    Without proxies the header says nothing.
    """
    trusted = settings.TRUSTED_PROXIES
    if trusted:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(hops) >= trusted and (address := _sound(hops[-trusted])):
            return address
    return _sound(request.META.get("REMOTE_ADDR"))


def _sound(text):
    try:
        return str(ipaddress.ip_address(text or ""))
    except ValueError:
        return None


def network_of(address):
    """The first address of the network a machine stands in: /24, for IPv6 /64; None for None."""
    if not address:
        return None
    length = 64 if ":" in address else 24
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    return str(network.network_address)


def stands_in(address, networks):
    """Whether the address belongs to one of ``networks``; no networks means everywhere."""
    if not networks:
        return True
    return address is not None and any(ipaddress.ip_address(address) in net for net in networks)
