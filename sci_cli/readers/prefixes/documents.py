"""Prefixes in JSON and YAML: lists, VPNs with their lists, and the listings of clouds and inventories."""

from __future__ import annotations

import re

from sci_cli.errors import InvalidFile
from sci_cli.readers.prefixes.columns import EXAMPLE
from sci_cli.readers.prefixes.quick import ordinary_prefix
from sci_cli.readers.prefixes.rows import Found
from sci_cli.readers.prefixes.tree import Items, Leaf, Node, Pairs
from sci_cli.safety.text import quoted

_NOT_LETTERS = re.compile(r"[ _-]+")
_PREFIX_KEYS = frozenset(
    (
        *("prefix", "prefixes", "ipprefix", "ipv4prefix", "ipv6prefix", "ipprefixes", "ipv4prefixes"),
        *("ipv6prefixes", "addressprefix", "addressprefixes", "cidr", "cidrs", "cidrblock", "ipv6cidrblock"),
        *("destinationcidrblock", "destinationipv6cidrblock", "destinationcidr", "destination"),
        *("transitrouterrouteentrydestinationcidrblock", "network", "networks", "subnet", "subnets"),
        *("route", "routes"),
    )
)
_VPN_KEYS = frozenset({"vpn", "vrf", "vpnname", "vrfname", "routinginstance"})
_GROUPS = frozenset({"vpns", "vrfs"})
_REFERENCE_KEYS = frozenset({"destinationprefixlistid"})
_ONE_PAGE = "The listing goes on: this is one page of several."
_ELSEWHERE = "It names a list of prefixes elsewhere. Give the entries of that list."
_MORE_KEYS = frozenset({"next", "nexttoken", "nextlink"})


def read_document(root: Node, found: Found, name: str) -> None:
    """Reads the tree of a JSON or YAML file.

    Understood are a list of prefixes; a mapping from VPN to its list; and records, at any depth, that hold
    prefixes under a key such as `prefix`, `ip_prefix`, `addressPrefix` or `DestinationCidrBlock`, and perhaps
    the VPN under `vpn` or `vrf`, as text or as a mapping with a `name`. A record without VPN has that of the
    mapping around it. Other keys of a record are passed over.

    Raises:
        InvalidFile: no prefix stands where one is looked for.
    """
    if isinstance(root, Pairs) and _maps_vpns(root):
        _take_vpns(root, found)
    else:
        _walk(root, None, found)
    if not found.rows and not found.rejected:
        keys = ", ".join(quoted(key, 40) for key, _ in root.pairs[:10]) if isinstance(root, Pairs) else ""
        raise InvalidFile(
            f"There is no prefix in {quoted(name)} where one is looked for.",
            why=f"The file holds {keys}." if keys else (),
            fix=("Give a list of prefixes, or a mapping from each VPN to its list.", EXAMPLE),
        )


def _maps_vpns(root: Pairs) -> bool:
    known = _PREFIX_KEYS | _VPN_KEYS | _GROUPS
    if not root.pairs or any(_plain(key) in known for key, _ in root.pairs):
        return False
    return all(_is_share(value) for _, value in root.pairs) and any(
        _holds_prefixes(value) for _, value in root.pairs
    )


def _is_share(value: Node) -> bool:
    """Whether this could be the prefixes of one VPN."""
    if isinstance(value, Pairs):
        return any(_plain(key) in ("prefix", "prefixes") for key, _ in value.pairs)
    return isinstance(value, Leaf) or all(isinstance(each, Leaf) for each in value.items)


def _holds_prefixes(value: Node) -> bool:
    if isinstance(value, Leaf):
        return "/" in (value.text or "")
    if isinstance(value, Pairs):
        return True
    return any(isinstance(each, Leaf) and "/" in (each.text or "") for each in value.items)


def _take_vpns(root: Pairs, found: Found) -> None:
    for vpn, value in root.pairs:
        if isinstance(value, Pairs):
            _take_record(value, vpn, found)
        elif not (isinstance(value, Leaf) and value.is_null):
            _take_values(value, vpn, found)


def _walk(node: Node, vpn: str | None, found: Found) -> None:
    if isinstance(node, Items):
        for each in node.items:
            if isinstance(each, Leaf):
                _take_leaf(each, vpn, found)
            else:
                _walk(each, vpn, found)
    elif isinstance(node, Pairs):
        if _is_record(node):
            _take_record(node, vpn, found)
            return
        vpn = _vpn_of(node, vpn)
        for key, value in node.pairs:
            plain = _plain(key)
            if plain in _GROUPS:
                _take_groups(value, vpn, found)
            elif plain in _PREFIX_KEYS and not isinstance(value, Leaf):
                _walk(value, vpn, found)
            else:
                _note_more(key, value, found)
                _walk_unknown(key, value, vpn, found)


def _is_record(node: Pairs) -> bool:
    """Whether prefixes stand in this mapping itself, and not only in others below it."""
    for key, value in node.pairs:
        plain = _plain(key)
        if plain in _REFERENCE_KEYS and isinstance(value, Leaf):
            return True
        if plain in _PREFIX_KEYS:
            if isinstance(value, Leaf) and not value.is_null:
                return True
            if isinstance(value, Items) and any(isinstance(each, Leaf) for each in value.items):
                return True
    return False


def _walk_unknown(key: str, value: Node, vpn: str | None, found: Found) -> None:
    """Below a key that says nothing of prefixes only records count; a prefix there is reported."""
    if isinstance(value, Items):
        for each in value.items:
            if not isinstance(each, Leaf):
                _walk(each, vpn, found)
            elif each.text and ordinary_prefix(each.text):
                reason = f"It stands under {quoted(key, 40)}, which is not known to hold prefixes."
                found.reject(each.line, each.text, reason)
    elif isinstance(value, Pairs):
        _walk(value, vpn, found)


def _take_groups(value: Node, vpn: str | None, found: Found) -> None:
    """What stands under `vpns`: VPN by VPN as a mapping, or a list of mappings with a name each."""
    if isinstance(value, Pairs):
        _take_vpns(value, found)
    elif isinstance(value, Items):
        for each in value.items:
            if isinstance(each, Pairs):
                name = next((leaf for key, leaf in each.pairs if _plain(key) == "name"), None)
                _walk(each, name.text if isinstance(name, Leaf) else vpn, found)


def _take_record(record: Pairs, vpn: str | None, found: Found) -> None:
    vpn = _vpn_of(record, vpn)
    has_prefix = False
    references = []
    for key, value in record.pairs:
        plain = _plain(key)
        if plain in _PREFIX_KEYS and not (isinstance(value, Leaf) and value.is_null):
            has_prefix = True
            _take_values(value, vpn, found)
        elif plain in _REFERENCE_KEYS and isinstance(value, Leaf) and value.text:
            references.append(value)
        else:
            _note_more(key, value, found)
    for each in references if not has_prefix else ():
        found.reject(
            each.line,
            each.text or "",
            _ELSEWHERE,
        )


def _take_values(value: Node, vpn: str | None, found: Found) -> None:
    if isinstance(value, Leaf):
        _take_leaf(value, vpn, found)
    else:
        _walk(value, vpn, found)


def _take_leaf(leaf: Leaf, vpn: str | None, found: Found) -> None:
    if leaf.text is None:
        found.reject(leaf.line, "", "A prefix must be text such as 10.20.0.0/16.")
    else:
        found.take(leaf.line, vpn, leaf.text)


def _vpn_of(record: Pairs, vpn: str | None) -> str | None:
    for key, value in record.pairs:
        if _plain(key) in _VPN_KEYS:
            if isinstance(value, Pairs):
                value = next((each for name, each in value.pairs if _plain(name) == "name"), value)
            if isinstance(value, Leaf):
                return None if value.is_null else value.text or ""
    return vpn


def _note_more(key: str, value: Node, found: Found) -> None:
    if _plain(key) in _MORE_KEYS and isinstance(value, Leaf) and value.text and not value.is_null:
        found.leave_out(value.line, f"{key}: {value.text}", _ONE_PAGE)


def _plain(key: str) -> str:
    return _NOT_LETTERS.sub("", key.casefold())
