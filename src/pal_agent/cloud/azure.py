"""The questions the agent asks, each as one attempt. Clients are built once and shared by all targets and threads.

The caller travels with each request (`policies.CALLER`), so no client is ever bound to a credential.
"""

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

from azure.core import AzureClouds
from azure.core.configuration import Configuration
from azure.core.rest import HttpRequest

from pal_agent.cloud import judge
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.policies import (
    ADDRESS,
    CALLER,
    SHAPE,
    Bearer,
    Caller,
    Chain,
    Discovery,
    Endpoints,
    OriginGuard,
    Pacing,
    Policies,
    Verdict,
    an_object,
)
from pal_agent.cloud.session import Session
from pal_agent.cloud.transport import Transport
from pal_agent.model import Code
from pal_agent.settings import Cloud

MOST_PAGES = 500  # real pages hold hundreds; twice a budget's burst, so a list without end is found out in seconds
AN_EMPTY_PAGE = {"value": ()}  # what the clients are shown: their models of a page cost more than the call
OWN_POLICIES = (
    *("user_agent_policy", "headers_policy", "proxy_policy", "logging_policy", "http_logging_policy"),
    *("custom_hook_policy", "redirect_policy", "retry_policy", "authentication_policy"),
)
LONGEST_LIFE = 10**10  # of a token; as seconds since 1970 it is the year 2286
Json = Mapping[str, Any]


class NoCredential:
    """Stands where the clients insist on a credential; `policies.Bearer` carries the caller's token instead."""

    def get_token(self, *scopes: str, **_: object) -> NoReturn:
        raise RuntimeError("clients have no credential of their own")


class Azure:
    """Resource Manager and sign-in of one cloud, behind the one door. `audience` is the token's scope."""

    def __init__(self, cloud: Cloud, session: Session) -> None:
        self.cloud = cloud
        self.scope = f"{cloud.audience}/.default"
        self.transport = Transport(session)
        self._endpoints = Endpoints()
        self._chain = Chain(self.transport, self._arm_policies())
        self._partner_client: Any = None
        self._subscription_client: Any = None

    def prepare(self) -> None:
        """Imports the clients that a survey needs: best done while the first sign-ins wait for their answers."""
        from azure.mgmt.resource.resources import ResourceManagementClient  # noqa: F401 - needed by each subscription

        _ = self._partner, self._tenancy

    def identity_policies(self, *also: str) -> Policies:
        """What azure-identity is given in place of its own pipeline; `also` names further origins a kind needs."""
        guard = OriginGuard(self.cloud.authority, *also)
        return [Discovery(self._endpoints), Verdict(judge.sign_in_failure, shape=a_sign_in_answer), guard]

    def _arm_policies(self) -> Policies:
        return [Verdict(judge.arm_failure), Pacing(), Bearer(), OriginGuard(self.cloud.resource_manager)]

    def platform_token(self, request: HttpRequest) -> Json:
        """What a build platform answers to a request for one of its own tokens; nothing but that host is asked."""
        policies: Policies = [Verdict(judge.sign_in_failure), OriginGuard(request.url)]
        content: Json = Chain(self.transport, policies).run(request).http_response.json()
        return content

    def _client(self, kind: Callable[..., Any], *arguments: str) -> Any:
        return kind(NoCredential(), *arguments, **self._client_options)

    @cached_property
    def _client_options(self) -> dict[str, Any]:
        """Clients make policies of their own, at some cost, where they are given none: they never see a request."""
        refusal = OriginGuard()
        return {
            **dict.fromkeys(OWN_POLICIES, refusal),
            "base_url": self.cloud.resource_manager,
            "cloud_setting": AzureClouds.AZURE_PUBLIC_CLOUD,  # unused, but costly to find out
            "config": Configuration(),
            "credential_scopes": [self.scope],
            "pipeline": self._chain,
            "policies": [refusal],
            "transport": self.transport,
        }

    # --- the link: azure-mgmt-managementpartner ------------------------------------------------------------------

    @property
    def _partner(self) -> Any:
        if self._partner_client is None:
            from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI

            self._partner_client = self._client(ACEProvisioningManagementPartnerAPI)
        return self._partner_client

    def link(self, caller: Caller) -> Json | None:
        """The caller's own link as Azure gave it; None when Azure says that there is none."""
        try:
            return self._link_call(self._partner.partners.get, caller)
        except Failure as failure:
            if failure.reason.status == 404 and failure.azure_code == "ManagementPartnerNotFound":
                return None
            raise

    def create_link(self, caller: Caller, partner_id: str) -> None:
        self._link_call(self._partner.partner.create, caller, partner_id)

    def replace_link(self, caller: Caller, partner_id: str) -> None:
        self._link_call(self._partner.partner.update, caller, partner_id)

    def remove_link(self, caller: Caller, partner_id: str) -> None:
        self._partner.partner.delete(partner_id, **{CALLER: caller, SHAPE: None})

    def _link_call(self, call: Callable[..., Any], caller: Caller, *partner_id: str) -> Json:
        kept: list[Json] = []

        def keep(content: Any) -> Json:
            kept.append(an_object(content))
            return kept[-1]

        try:
            call(*partner_id, **{CALLER: caller, SHAPE: keep})
        except ValueError as error:  # the client's own reader stumbled over a field
            raise Failure(Code.BAD_RESPONSE, "The link can't be read.", status=200, transient=True) from error
        return kept[-1]

    # --- subscriptions and resource groups: azure-mgmt-resource and its split-off package ------------------------

    @property
    def _tenancy(self) -> Any:
        if self._subscription_client is None:
            from azure.mgmt.resource.subscriptions import SubscriptionClient

            self._subscription_client = self._client(SubscriptionClient)
        return self._subscription_client

    def subscriptions(self, caller: Caller) -> "Listing":
        return Listing(self, caller, first=self._tenancy.subscriptions.list)

    def tenants(self, caller: Caller) -> "Listing":
        return Listing(self, caller, first=self._tenancy.tenants.list)

    def resource_groups(self, caller: Caller, subscription_id: str) -> "Listing":
        """Each subscription needs a client of its own, which is built when the list is first asked for."""

        def first(**options: Any) -> Any:
            from azure.mgmt.resource.resources import ResourceManagementClient

            return self._client(ResourceManagementClient, subscription_id).resource_groups.list(**options)

        return Listing(self, caller, first=first)

    # --- everything no package of the card covers: the same pipeline, plain JSON ---------------------------------

    def listing(self, caller: Caller, path: str, query: Mapping[str, str]) -> "Listing":
        return Listing(self, caller, url=self._url(path, query))

    def get(self, caller: Caller, path: str, query: Mapping[str, str]) -> Json:
        return self.get_url(caller, self._url(path, query), an_object)

    def get_url(self, caller: Caller, url: str, shape: Callable[[Any], Json]) -> Json:
        response = self._chain.run(HttpRequest("GET", url), **{CALLER: caller, SHAPE: shape})
        content: Json = response.http_response.json()
        return content

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self.cloud.resource_manager}{path}?{_encoded(*query.items())}"


@lru_cache(1024)
def _encoded(*query: tuple[str, str]) -> str:
    """Many subscriptions are asked the same by one principal."""
    return urlencode(query, quote_via=quote)


class Listing:
    """A paged list, resumable: called again after a failure it goes on with the page that failed.

    Returns all elements, or raises: a partial list is never taken for a whole one.
    """

    def __init__(
        self, azure: Azure, caller: Caller, *, url: str | None = None, first: Callable[..., Any] | None = None
    ) -> None:
        self._azure, self._caller = azure, caller
        self._url, self._first = url, first
        self._seen: set[str] = set() if url is None else {url}
        self._elements: list[Json] = []

    def __call__(self) -> list[Json]:
        while True:
            page = self._page()
            self._elements += page["value"]
            link = page.get("nextLink")
            if not link:
                return self._elements
            if link in self._seen or len(self._seen) >= MOST_PAGES:
                raise Failure(Code.PAGING_LOOP, f"The list does not end (page {len(self._seen) + 1}).", status=200)
            self._seen.add(link)
            self._url, self._first = link, None

    def _page(self) -> Json:
        if self._first is None:
            return self._azure.get_url(self._caller, self._url or "", a_page)
        kept: list[Json] = []

        def keep(content: Any) -> Json:
            kept.append(a_page(content))
            return AN_EMPTY_PAGE

        options = {CALLER: self._caller, SHAPE: keep, ADDRESS: self._seen.add}
        try:
            next(self._first(**options).by_page())
        except ValueError as error:  # the client's own reader stumbled over a field
            raise Failure(Code.BAD_RESPONSE, "The list can't be read.", status=200, transient=True) from error
        return kept[-1]


def a_sign_in_answer(content: Any) -> Json:
    """A discovery document names its token endpoint; a token comes with its life or its end, in seconds."""
    answer = an_object(content)
    if isinstance(answer.get("access_token"), str):
        seconds = answer.get("expires_in", answer.get("expires_on"))
        if not isinstance(seconds, int | str) or abs(int(seconds)) > LONGEST_LIFE:
            raise ValueError("the token's life is not in seconds")
    elif not isinstance(answer.get("token_endpoint"), str) or "error" in answer:
        raise ValueError("neither a token nor a discovery document")
    return answer


def a_page(content: Any) -> Json:
    """`value`, a list of objects, and perhaps a `nextLink`."""
    page = an_object(content)
    value, link = page.get("value"), page.get("nextLink")
    if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
        raise ValueError("`value` is not a list of objects")
    if not isinstance(link, str | None):
        raise ValueError("`nextLink` is not text")
    return page
