"""A token proves who calls, or it proves nothing and nothing is said of why."""

import base64
import hmac
import json
import string
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from deploy.local.issuer import LocalIssuer
from libs.runtime.auth.keys import Keys
from libs.runtime.auth.tokens import Tokens
from libs.runtime.clock import now
from libs.runtime.http.problems import Refused
from tests.component.http.door import ISSUER, Door, client_of, code

RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
ENCRYPTING = ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"})


async def our_keys() -> bytes:
    public = [key.as_dict(private=False) for key in (RSA, EC, ENCRYPTING)]
    return json.dumps({"keys": [*public, *ISSUER.key_set()["keys"], {"kty": "FUTURE", "kid": "new"}]}).encode()


def tokens(**changed: Any) -> Tokens:
    return Tokens(**{"service": "order", "issuer": ISSUER.url, "keys": Keys(our_keys), **changed})


def claims(**changed: Any) -> dict[str, Any]:
    issued = int(now().timestamp())
    whole = {
        "iss": ISSUER.url,
        "aud": ["fieldfact-order"],
        "sub": "mia",
        "iat": issued,
        "nbf": issued,
        "exp": issued + 600,
        "roles": ["dispatcher"],
    } | changed
    return {name: value for name, value in whole.items() if value is not None}


def signed(key: Key = EC, *, payload: bytes | None = None, told: dict[str, Any] | None = None, **header: Any) -> str:
    """A token put together by hand, so that it may say what no library would sign."""
    whole = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | header
    kept = {name: value for name, value in whole.items() if value is not None}
    content = json.dumps(told or claims()).encode() if payload is None else payload
    input_ = f"{written(json.dumps(kept).encode())}.{written(content)}"
    return f"{input_}.{written(jws.JWSRegistry.algorithms[str(whole['alg'])].sign(input_.encode(), key))}"


def bare(header: dict[str, Any], content: dict[str, Any], sign: Callable[[bytes], bytes] = lambda _: b"") -> str:
    """A token with a signature of any making."""
    input_ = ".".join(written(json.dumps(part).encode()) for part in (header, content))
    return f"{input_}.{written(sign(input_.encode()))}"


def written(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


async def refusal(authorization: str | None, judge: Tokens | None = None) -> str:
    with pytest.raises(Refused) as refused:
        await (judge or tokens()).caller([] if authorization is None else [authorization])
    problem = refused.value.problem
    assert problem.status == 401
    assert problem.headers["www-authenticate"].startswith('Bearer realm="fieldfact"')
    return problem.error_code


@pytest.mark.parametrize(("key", "header"), [(EC, {}), (RSA, {"alg": "RS256"}), (EC, {"typ": "application/AT+JWT"})])
async def test_a_good_token(key: Key, header: dict[str, Any]) -> None:
    caller = await tokens().caller([f"bearer {signed(key, **header)}"])
    assert (caller.subject, caller.actor) == ("mia", "mia")
    assert caller.roles == {"dispatcher"}


async def test_what_a_token_tells() -> None:
    told = claims(roles=["technician", "customer"], worker_id="W-1", customer_id="C-1", teams=["north"], scope="a b")
    caller = await tokens().caller([f"Bearer {signed(told=told | {'unknown': 1, 'aud': 'fieldfact-order'})}"])
    assert (caller.worker_id, caller.customer_id, caller.teams) == ("W-1", "C-1", ("north",))
    assert caller.scopes == {"a", "b"}


@pytest.mark.parametrize(
    ("authorization", "error_code"),
    [
        (None, "token_missing"),
        ("", "token_missing"),
        ("Basic bWlhOnNlY3JldA==", "token_scheme"),
        ("token", "token_scheme"),
        ("Bearer", "token_invalid"),
        ("Bearer a.b", "token_invalid"),
        ("Bearer a.b.c", "token_invalid"),
        ("Bearer a.b.c.d.e", "token_invalid"),
        ("Bearer é.é.é", "token_invalid"),
    ],
)
async def test_no_token(authorization: str | None, error_code: str) -> None:
    assert await refusal(authorization) == error_code


def of_algorithm_none() -> str:
    return bare({"alg": "none", "typ": "at+jwt", "kid": "ec"}, claims())


def of_algorithm_none_with_a_signature() -> str:
    return bare({"alg": "none", "typ": "at+jwt", "kid": "ec"}, claims(), lambda _: b"signed")


def signed_with_the_public_key_as_a_secret() -> str:
    secret = RSA.as_pem(private=False)
    header = {"alg": "HS256", "typ": "at+jwt", "kid": "rsa"}
    return bare(header, claims(), lambda input_: hmac.digest(secret, input_, "sha256"))


def signed_with_a_key_for_encrypting() -> str:
    same = {name: value for name, value in ENCRYPTING.as_dict(private=True).items() if name != "use"}
    return signed(ECKey.import_key(same), kid="enc")


def signed_by_somebody_else_under_our_key_id() -> str:
    return signed(ECKey.generate_key("P-256", {"kid": "ec"}))


def carrying_its_own_key() -> str:
    own = ECKey.generate_key("P-256", {"kid": "own"})
    return signed(own, jwk=own.as_dict(private=False), jku="http://elsewhere.test/jwks.json")


BAD: dict[str, Callable[[], str]] = {
    "alg none": of_algorithm_none,
    "alg none, signed": of_algorithm_none_with_a_signature,
    "public key as secret": signed_with_the_public_key_as_a_secret,
    "our key id, other key": signed_by_somebody_else_under_our_key_id,
    "own key": carrying_its_own_key,
    "alg not listed": lambda: signed(RSA, alg="PS256"),
    "unknown key id": lambda: signed(kid="unknown"),
    "no key id": lambda: signed(kid=None),
    "key of another kind": lambda: signed(kid="rsa"),
    "encrypting key": signed_with_a_key_for_encrypting,
    "id token": lambda: signed(typ="JWT"),
    "no type": lambda: signed(typ=None),
    "type of another kind": lambda: signed(typ=["at+jwt"]),
    "critical header": lambda: signed(crit=["exp"], exp=1),
    "no json": lambda: signed(payload=b"not json"),
    "no object": lambda: signed(payload=b"[]"),
    "a claim twice": lambda: signed(payload=json.dumps(claims()).encode()[:-1] + b', "sub": "other"}'),
    "other encoding": lambda: signed(payload=json.dumps(claims()).encode("utf-16")),
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD)
async def test_a_token_that_is_not_signed_for_us(token: Callable[[], str]) -> None:
    assert await refusal(f"Bearer {token()}") == "token_invalid"


@pytest.mark.parametrize(
    "changed",
    [
        *({name: None} for name in ("iss", "aud", "sub", "exp", "nbf", "iat", "roles")),
        {"iss": "http://elsewhere.test"},
        {"iss": f"{ISSUER.url}/"},
        {"roles": "admin"},
        {"roles": "service_manager"},
        {"roles": ["admin"]},
        {"roles": [["service_manager"]]},
        {"roles": {"service_manager": True}},
        {"sub": ""},
        {"sub": "a\nb"},
        {"sub": 7},
        {"sub": "service:order"},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": 1e300},
        {"exp": -1},
        {"teams": "north"},
        {"scope": ["a"]},
        {"worker_id": 7},
        {"roles": ["technician"]},
        {"roles": ["customer"], "worker_id": "W-1"},
    ],
)
async def test_a_token_with_other_claims(changed: dict[str, Any]) -> None:
    assert await refusal(f"Bearer {signed(told=claims(**changed))}") == "token_invalid"


@pytest.mark.parametrize("audience", ["fieldfact-dispatch", ["fieldfact-dispatch"], [], "order", "fieldfact-order "])
async def test_a_token_for_another_service(audience: Any) -> None:
    assert await refusal(f"Bearer {signed(told=claims(aud=audience))}") == "token_audience"


def at(**seconds: int) -> dict[str, int]:
    moment = int(now().timestamp())
    return {name: moment + after for name, after in seconds.items()}


@pytest.mark.parametrize(
    ("times", "error_code"),
    [
        ({"iat": -600, "nbf": -600, "exp": -31}, "token_expired"),
        ({"iat": 0, "nbf": 60, "exp": 600}, "token_invalid"),
        ({"iat": 60, "nbf": 0, "exp": 600}, "token_invalid"),
        ({"iat": 0, "nbf": 0, "exp": 601}, "token_invalid"),
        ({"iat": 0, "nbf": 0, "exp": 0}, "token_invalid"),
    ],
)
async def test_a_token_of_another_time(times: dict[str, int], error_code: str) -> None:
    assert await refusal(f"Bearer {signed(told=claims(**at(**times)))}") == error_code


@pytest.mark.parametrize("times", [{"iat": -600, "nbf": -600, "exp": -20}, {"iat": 20, "nbf": 20, "exp": 600}])
async def test_half_a_minute_between_clocks(times: dict[str, int]) -> None:
    await tokens().caller([f"Bearer {signed(told=claims(**at(**times)))}"])


async def test_development_takes_a_token_of_any_lifetime() -> None:
    token = signed(told=claims(**at(iat=0, exp=86400)))
    assert await refusal(f"Bearer {token}") == "token_invalid"
    await tokens(any_lifetime=True).caller([f"Bearer {token}"])


async def test_the_clock_is_the_judge() -> None:
    token = signed()
    for later, error_code in ((timedelta(minutes=11), "token_expired"), (timedelta(minutes=-2), "token_invalid")):
        assert await refusal(f"Bearer {token}", tokens(now=lambda shift=later: now() + shift)) == error_code


@pytest.mark.parametrize("bit", [1, 2, 4, 8, 16, 32])
async def test_a_token_with_any_byte_changed(bit: int) -> None:
    token, judge = signed(), tokens()
    for place in range(len(token)):
        changed = token[:place] + chr(ord(token[place]) ^ bit) + token[place + 1 :]
        assert await refusal(f"Bearer {changed}", judge) == "token_invalid"
    await judge.caller([f"Bearer {token}"])


async def test_a_signature_has_one_last_character() -> None:
    token, judge = signed(), tokens()
    for other in set(string.ascii_letters + string.digits + "-_") - {token[-1]}:
        assert await refusal(f"Bearer {token[:-1]}{other}", judge) == "token_invalid"


@pytest.mark.parametrize("spelling", ["{}=", "{}A", "{}.", " {}", "{} {}"])
async def test_a_token_in_another_spelling(spelling: str) -> None:
    token = signed()
    assert await refusal("Bearer " + spelling.format(token, token)) == "token_invalid"


async def test_a_second_issuer_is_not_ours_however_well_it_signs() -> None:
    other = LocalIssuer(ISSUER.url)
    assert await refusal(f"Bearer {other.token('mia', ['service_manager'])}") == "token_invalid"
    named_like_ours = LocalIssuer("http://other.test")
    assert await refusal(f"Bearer {named_like_ours.token('mia', ['service_manager'])}") == "token_invalid"


async def test_the_front_asks_for_a_token_before_all_else() -> None:
    http = client_of(Door().app)
    del http.headers["authorization"]
    answer = await http.post("/v1/jobs", content=b"not json", headers={"content-type": "application/json"})
    assert code(answer) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="fieldfact"'


@pytest.mark.parametrize("name", ["access_token", "token", "ACCESS_TOKEN", "customer"])
async def test_a_token_in_the_query(name: str) -> None:
    token = ISSUER.token("mia", ["service_manager"])
    http = Door().http
    assert code(await http.get("/v1/jobs", params={name: token})) == (401, "token_location")
    del http.headers["authorization"]
    assert code(await http.get("/v1/jobs", params={name: token})) == (401, "token_location")
