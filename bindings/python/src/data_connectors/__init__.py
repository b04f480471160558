"""Lists the data connectors of an Intercom workspace, through libdata_connectors.

>>> import data_connectors as dc
>>> with dc.Client.from_env() as client:
...     for connector in client.list():
...         print(connector.id, connector.name)
"""

from ._async_client import (
    AsyncClient,
    AsyncConnectorIterator,
    AsyncConnectorList,
    AsyncPageIterator,
    AsyncWatch,
)
from ._cancel_token import CancelToken
from ._client import Client, ConnectorIterator, ConnectorList, PageIterator, Watch
from ._connector import Connector, HttpMethod, State
from ._errors import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    CallCancelledError,
    DataConnectorsError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
from ._page import Page
from ._rate_limit import RateLimit
from ._snapshot import ConnectorChange, Snapshot, SnapshotDiff, SnapshotState
from ._version import __version__
from ._watch import Event, EventKind

__all__ = [
    "APIConnectionError",
    "APIResponseError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncClient",
    "AsyncConnectorIterator",
    "AsyncConnectorList",
    "AsyncPageIterator",
    "AsyncWatch",
    "AuthenticationError",
    "BadRequestError",
    "CallCancelledError",
    "CancelToken",
    "Client",
    "Connector",
    "ConnectorChange",
    "ConnectorIterator",
    "ConnectorList",
    "DataConnectorsError",
    "Event",
    "EventKind",
    "HttpMethod",
    "InternalServerError",
    "NotFoundError",
    "Page",
    "PageIterator",
    "PermissionDeniedError",
    "RateLimit",
    "RateLimitError",
    "Snapshot",
    "SnapshotDiff",
    "SnapshotState",
    "State",
    "Watch",
    "__version__",
]
