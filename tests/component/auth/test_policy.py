"""What each role may do stands in one file, which fits the services or stops them."""

import itertools
from pathlib import Path

import pytest

from libs.runtime.auth.caller import ROLES, Caller, Owner
from libs.runtime.auth.policy import FILE, Policy, PolicyDoesNotFit, policy_of
from libs.runtime.faults import NotFound
from libs.runtime.http.problems import Refused
from tests.component.http.door import LINES, Door, code

SERVICES = ("reference", "agreement", "order", "subscription_billing", "reporting", "invoicing")
SCOPES = frozenset(f"{service}.{what}" for service in SERVICES for what in ("read", "write"))


def caller(*roles: str, scopes: frozenset[str] = SCOPES) -> Caller:
    return Caller("mia", frozenset(roles), worker_id="W-1", customer_id="C-1", scopes=scopes)


def allowed(service: str, route: str) -> dict[str, str]:
    """Which single role gets what."""
    policy, found = policy_of(service), dict[str, str]()
    for role in ROLES:
        if role in policy.lines.get(route, {}):
            found[role] = policy.grant(route, caller(role)).relation
            continue
        with pytest.raises(Refused) as refused:
            policy.grant(route, caller(role))
        assert (refused.value.problem.status, refused.value.problem.error_code) == (403, "role")
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_is_understood(service: str) -> None:
    assert policy_of(service).lines


@pytest.mark.parametrize(
    ("service", "route", "expected"),
    [
        ("order", "POST /v1/orders", {"service_manager": "all", "dispatcher": "all"}),
        (
            "order",
            "GET /v1/orders/{order}",
            dict.fromkeys(("service_manager", "dispatcher", "analyst", "service"), "all")
            | {"technician": "own", "customer": "own"},
        ),
        (
            "order",
            "POST /v1/orders/{order}/sign-off",
            {"service_manager": "all", "dispatcher": "all", "technician": "own"},
        ),
        ("order", "POST /v1/orders/{order}/post", {"service_manager": "all"}),
        ("order", "POST /v1/orders/{order}/lines/{line}/override-price", {"service_manager": "all"}),
        ("reference", "PUT /v1/customers/{key}", {"service_manager": "all", "service": "all"}),
        ("reference", "GET /v1/cost-prices", dict.fromkeys(("service_manager", "analyst", "service"), "all")),
        (
            "subscription_billing",
            "POST /v1/subscriptions",
            {"service_manager": "all", "subscription_clerk": "all"},
        ),
        (
            "subscription_billing",
            "GET /v1/subscriptions/{subscription}",
            dict.fromkeys(("service_manager", "subscription_clerk", "analyst", "service"), "all") | {"customer": "own"},
        ),
        (
            "subscription_billing",
            "PUT /v1/subscription-groups/{key}",
            {"service_manager": "all", "service": "all"},
        ),
        ("reporting", "GET /v1/reports/margin-lines", {"service_manager": "all", "analyst": "all"}),
        ("order", "DELETE /v1/orders", {}),
    ],
)
def test_who_gets_what(service: str, route: str, expected: dict[str, str]) -> None:
    assert allowed(service, route) == expected


@pytest.mark.parametrize("service", SERVICES)
def test_who_reads_only_writes_nothing(service: str) -> None:
    for route, line in policy_of(service).lines.items():
        if not route.startswith("GET "):
            assert not {"analyst", "operator", "customer"} & line.keys()


def test_nobody_who_does_the_work_sees_what_it_costs() -> None:
    for kind, tail in itertools.product(("cost-prices", "sales-prices", "items"), ("", "/{key}")):
        assert "technician" not in policy_of("reference").lines[f"GET /v1/{kind}{tail}"]


ROUTE = "GET /v1/jobs"
MIXED = Policy("order", {ROUTE: {"service_manager": "all", "technician": "own", "customer": "own", "service": "all"}})


def test_the_widest_role_counts() -> None:
    wide = MIXED.grant(ROUTE, caller("technician", "service_manager"))
    assert (wide.relation, wide.own_worker, wide.own_customer) == ("all", None, None)
    assert wide.granted == {"service_manager"}
    own = MIXED.grant(ROUTE, caller("technician", "analyst"))
    assert (own.relation, own.own_worker, own.own_customer) == ("own", "W-1", None)
    assert own.granted == {"technician"}


@pytest.mark.parametrize(
    ("roles", "owner", "seen"),
    [
        (("service_manager",), Owner(), True),
        (("technician",), Owner("C-2", ["W-2", "W-1"]), True),
        (("technician",), Owner("C-1", ["W-2"]), False),
        (("technician",), Owner(), False),
        (("customer",), Owner("C-1"), True),
        (("customer",), Owner("C-2", ["W-1"]), False),
        (("customer",), Owner(), False),
        (("customer", "technician"), Owner("C-2", ["W-1"]), True),
    ],
)
def test_own_is_what_the_granting_role_owns(roles: tuple[str, ...], owner: Owner, seen: bool) -> None:
    granted = MIXED.grant(ROUTE, caller(*roles))
    assert granted.sees(owner) is seen
    if not seen:
        with pytest.raises(NotFound):
            granted.must_see(owner)


@pytest.mark.parametrize(
    ("scopes", "refused"), [({"order.read"}, False), ({"order.write"}, True), ({"dispatch.read"}, True), (set(), True)]
)
def test_a_service_needs_the_scope_of_its_call(scopes: set[str], refused: bool) -> None:
    asking = caller("service", scopes=frozenset(scopes))
    if not refused:
        assert MIXED.grant(ROUTE, asking).relation == "all"
        return
    with pytest.raises(Refused, match="service_scope"):
        MIXED.grant(ROUTE, asking)


async def test_the_routes_are_closed_to_everyone_else() -> None:
    door = Door()
    job = (await door.opens()).json()["id"]
    for role in sorted(ROLES):
        http = door.as_("mia", role, worker_id="W-1", customer_id="C-1")
        for route, line in LINES.items():
            method, path = route.split(" ")
            body = b"{}" if method != "GET" else None
            headers = {"content-type": "application/json"} if body else {}
            place = path.replace("{job}", job).replace("{key}", "K-1")
            answer = await http.request(method, place, content=body, headers=headers)
            assert (answer.status_code == 403) is (role not in line), (role, route, answer.text)
            if role not in line:
                assert code(answer) == (403, "role")


@pytest.mark.parametrize(
    "text",
    [
        '"GET /v1/a" = { chief = "all" }',
        '"GET /v1/a" = { technician = "some" }',
        '"GET /v1/a" = { service_manager = "own" }',
        '"GET /v1/a" = { technician = true }',
        '"GET /v1/a" = {}',
        '"GET /v1/a" = "all"',
    ],
)
def test_a_file_that_is_not_understood_stops_every_service(text: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(f'[order]\n"GET /v1/b" = {{ analyst = "all" }}\n[dispatch]\n{text}\n')
    with pytest.raises(PolicyDoesNotFit):
        policy_of("order", file)


def test_a_service_that_the_file_does_not_name() -> None:
    with pytest.raises(PolicyDoesNotFit, match="payroll has no policy"):
        policy_of("payroll", FILE)
