"""Lists the data connectors of an Intercom workspace, through libdata_connectors.

>>> import data_connectors
>>> with data_connectors.Client("the workspace's access token") as client:
...     for connector in client.list():
...         print(connector.id, connector.name)
"""

from ._client import Client, ConnectorList
from ._errors import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    DataConnectorsError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
from ._page import Connector, Page, RateLimit

__all__ = [
    "APIConnectionError",
    "APIResponseError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "Connector",
    "ConnectorList",
    "DataConnectorsError",
    "InternalServerError",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "RateLimit",
    "RateLimitError",
]

__version__ = "0.1.0"
