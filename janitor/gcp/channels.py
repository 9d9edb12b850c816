"""The clients that everything else in this room calls Google with."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import google.auth.credentials
import grpc.aio
import httpx2
from google.api_core.exceptions import from_grpc_error
from google.cloud.artifactregistry_v1 import ArtifactRegistryAsyncClient
from google.cloud.billing_v1 import CloudCatalogAsyncClient
from google.cloud.run_v2 import ServicesAsyncClient
from google.protobuf.message import DecodeError

from janitor.error_facts import facts
from janitor.errors import UsageError
from janitor.gcp.credentials import SCOPES, GoogleAuth, load_credentials, require_google
from janitor.gcp.failures import UNREADABLE_REPLY
from janitor.gcp.google_time import GoogleTime
from janitor.gcp.quotas import PacedCalls, Paces
from janitor.gcp.run_kinds import RUN_CALLS
from janitor.gcp.tokens import channel_credentials
from janitor.model.kinds import Kind
from janitor.proxies import proxy_for

RUN_HOST = "run.googleapis.com"
ARTIFACT_HOST = "artifactregistry.googleapis.com"
BILLING_HOST = "cloudbilling.googleapis.com"
ASSET_HOST = "cloudasset.googleapis.com"
_HTTP_TIMEOUT = httpx2.Timeout(60.0)
# A page of a thousand images is near 0.4 MB, and descriptions and labels have no small bound.
_SIZES = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_NO_PROXY = [("grpc.enable_http_proxy", 0)]
_OpenChannel = Callable[[Any, str], grpc.aio.Channel]


class ReadableReplies(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Makes an error of a gRPC reply that is no message of its type.

    grpc.aio answers None for such a reply, where None elsewhere means that there is no such resource. Details of
    an error that cannot be read would end in protobuf's own error: they are dropped, and the code is kept.
    """

    async def intercept_unary_unary(
        self, continuation: Callable[..., Awaitable[Any]], client_call_details: Any, request: Any
    ) -> Any:
        """The call, once its reply is read. AioRpcError: INTERNAL as in gRPC's synchronous client, or Google's own."""
        try:
            call = await continuation(client_call_details, request)
            reply = await call
        except grpc.aio.AioRpcError as error:
            if _has_readable_details(error):
                raise
            raise _without_details(error.code(), error.details()) from error
        if reply is None:
            raise _without_details(grpc.StatusCode.INTERNAL, UNREADABLE_REPLY)
        return call


def _has_readable_details(error: grpc.aio.AioRpcError) -> bool:
    """Whether api_core can read them: it parses the status, and each detail by its type."""
    as_google_error: Any = from_grpc_error
    try:
        as_google_error(error)
    except (DecodeError, ValueError):
        return False
    return True


def _without_details(code: grpc.StatusCode, text: str | None) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), text, None)


@dataclass(frozen=True, slots=True)
class Clients:
    """Google's typed async clients, over one connection an API, and HTTP for Cloud Run's REST v1. `run` are those of Cloud
    Run's kinds.

    `run_http` is the base URL of REST v1, without a slash at the end. `quota_project` is the project
    that calls are counted against, where the credentials name one. `paces` are those of all quotas.
    `google_time` hears of each HTTP answer. `is_emulator`: an emulator answers, which need not serve Cloud Asset.
    """

    run: Mapping[Kind, Any]
    artifacts: ArtifactRegistryAsyncClient
    catalog: CloudCatalogAsyncClient
    http: httpx2.AsyncClient
    run_http: str
    is_emulator: bool = False
    quota_project: str | None = None
    paces: Paces = field(default_factory=Paces)
    google_time: GoogleTime = field(default_factory=GoogleTime)
    open_client: Callable[[Any, str], Any] | None = None
    opened: dict[Any, Any] = field(default_factory=dict)

    @property
    def grpc_clients(self) -> tuple[Any, ...]:
        """All that hold a channel."""
        return *self.run.values(), self.artifacts, self.catalog, *self.opened.values()

    def client(self, kind: Any, host: str) -> Any:
        """A client that few sweeps need, opened when it is asked for first: to import one costs a start a tenth of a
        second. `kind` is Google's class of async clients, `host` that of its API."""
        assert self.open_client is not None
        if kind not in self.opened:
            self.opened[kind] = self.open_client(kind, host)
        return self.opened[kind]

    @property
    def services(self) -> ServicesAsyncClient:
        """The client of services, which also has what concerns no kind alone: operations, and locations."""
        client: ServicesAsyncClient = self.run[Kind.SERVICE]
        return client


@asynccontextmanager
async def connect(
    emulator_host: str | None = None, emulator_http: str | None = None, credentials: Any = None
) -> AsyncIterator[Clients]:
    """Clients for the emulator, if it is named, else for Google; closed at the end.

    With an emulator (both addresses) nothing is sent elsewhere, and no credentials are read or sent.
    Without, `credentials` or the default ones are used. ObservationError: there are none. UsageError:
    one address of an emulator without the other.
    """
    if (emulator_host is None) != (emulator_http is None):
        raise UsageError(
            "an emulator has two addresses, JANITOR_EMULATOR_HOST and JANITOR_EMULATOR_HTTP: set both"
        )
    if emulator_host is not None and emulator_http is not None:
        clients = _for_emulator(emulator_host, emulator_http)
    else:
        clients = _for_google(credentials or await asyncio.to_thread(load_credentials))
    try:
        yield clients
    finally:
        await clients.http.aclose()
        await asyncio.gather(*(client.transport.close() for client in clients.grpc_clients))


def _for_emulator(host: str, http: str) -> Clients:
    paces = Paces()

    def plain(_transport: Any, api_host: str) -> grpc.aio.Channel:
        interceptors = _interceptors(paces, api_host)
        return grpc.aio.insecure_channel(host, options=[*_SIZES, *_NO_PROXY], interceptors=interceptors)

    # trust_env: a proxy from the environment must not see what is meant for the emulator
    client = httpx2.AsyncClient(verify=_authorities(), timeout=_HTTP_TIMEOUT, trust_env=False)
    return replace(_clients(plain, client, http.rstrip("/"), paces), is_emulator=True)


def _for_google(credentials: Any) -> Clients:
    paces = Paces(getattr(credentials, "quota_project_id", None))
    scoped = google.auth.credentials.with_scopes_if_required(credentials, SCOPES)  # type: ignore[no-untyped-call]

    def secure(_transport: Any, host: str) -> grpc.aio.Channel:
        proxy = proxy_for(require_google(host))
        # Without the option gRPC would read the environment by a rule of its own (core/ext/http_proxy.cc).
        by = [("grpc.http_proxy", proxy.url)] if proxy else _NO_PROXY
        return grpc.aio.secure_channel(
            f"{host}:443",
            channel_credentials(scoped, host),
            options=[*_SIZES, *by],
            interceptors=_interceptors(paces, host),
        )

    proxy = proxy_for(require_google(RUN_HOST))
    http = httpx2.AsyncClient(
        verify=_authorities(),
        timeout=_HTTP_TIMEOUT,
        auth=GoogleAuth(credentials),
        trust_env=False,
        proxy=proxy.url if proxy else None,
    )
    return _clients(secure, http, f"https://{require_google(RUN_HOST)}", paces)


def _interceptors(paces: Paces, host: str) -> Any:
    """Of a channel to this API: the outer one first. Any, for the stubs ask for a callable type that grpc.aio does not
    have."""
    api = {RUN_HOST: "run", ARTIFACT_HOST: "artifact", ASSET_HOST: "asset"}.get(host)
    return [*([PacedCalls(paces, api)] if api else []), ReadableReplies()]


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates are trusted: read once a process, as a daemon connects for each sweep.

    UsageError where SSL_CERT_FILE or SSL_CERT_DIR cannot be read.
    """
    try:
        return httpx2.create_ssl_context()
    except OSError as error:
        raise UsageError(
            f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used ({facts(error)}): name a readable PEM file or folder of"
            " certificates, or unset it"
        ) from error


def _clients(open_channel: _OpenChannel, http: httpx2.AsyncClient, run_http: str, paces: Paces) -> Clients:
    def client(kind: Any, host: str) -> Any:
        # One channel a client: each transport adds its logging interceptor to its channel for good.
        # grpc shares the connections of channels with equal address and credentials by itself.
        transport = kind.get_transport_class("grpc_asyncio")
        return kind(transport=transport(channel=open_channel(transport, host), host=host))

    return Clients(
        run={kind: client(calls.client, RUN_HOST) for kind, calls in RUN_CALLS.items()},
        artifacts=client(ArtifactRegistryAsyncClient, ARTIFACT_HOST),
        catalog=client(CloudCatalogAsyncClient, BILLING_HOST),
        http=http,
        run_http=run_http,
        quota_project=paces.quota_project,
        paces=paces,
        open_client=client,
    )
