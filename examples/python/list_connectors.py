#!/usr/bin/env python3
"""Lists the data connectors of a workspace as a table, or with --json as one object a line.

The access token is taken from INTERCOM_ACCESS_TOKEN. Usage errors end with 2, failures with 1.
"""

import argparse
import itertools
import json
import os
import sys
import unicodedata

import data_connectors


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="The access token is taken from INTERCOM_ACCESS_TOKEN.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, no table")
    parser.add_argument("--per-page", type=int, metavar="N", help="rows for each request, 1 to 50")
    parser.add_argument("--limit", type=int, metavar="N", help="stop after N connectors")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--base-url", metavar="URL", help="where the service is, if not in a region")
    where.add_argument("--region", metavar="REGION", help="us (default), eu or au")
    given = parser.parse_args()
    if given.limit is not None and given.limit < 1:
        parser.error(f"--limit is {given.limit}: use 1 or more")
    token = os.environ.get("INTERCOM_ACCESS_TOKEN")
    if not token:
        parser.error("INTERCOM_ACCESS_TOKEN is not set: set it to the workspace's access token")
    return given, token


def shown(text):
    """Give a text without control characters, which would spoil the table or the terminal."""
    if text is None:
        return "-"
    return "".join("?" if unicodedata.category(char) == "Cc" else char for char in text)


def row(connector):
    fields = connector.to_dict()
    columns = (fields.get(name) for name in ("id", "state", "http_method", "updated_at"))
    texts = [shown(value if isinstance(value, str) else None) for value in columns]
    return "{:<12} {:<8} {:<6} {:<20} ".format(*texts) + shown(connector.name)


def print_list(client, given):
    connectors = itertools.islice(client.list(per_page=given.per_page), given.limit)
    if not given.json:
        print("{:<12} {:<8} {:<6} {:<20} NAME".format("ID", "STATE", "METHOD", "UPDATED"))
    count = 0
    for connector in connectors:
        count += 1
        if given.json:
            print(json.dumps(connector.to_dict(), ensure_ascii=False, separators=(",", ":")))
        else:
            print(row(connector))
    sys.stdout.flush()
    print(f"{count} connector{'' if count == 1 else 's'}", file=sys.stderr)


def complain(message):
    print(f"list_connectors.py: {message}", file=sys.stderr)


def main():
    given, token = arguments()
    if sys.stdout is None:
        complain("standard output is closed")
        return 1
    # Names are in all scripts, whatever the terminal's is.
    sys.stdout.reconfigure(errors="replace")
    try:
        with data_connectors.Client(
            token,
            region=given.region,
            base_url=given.base_url,
            user_agent_suffix="list_connectors.py",
        ) as client:
            print_list(client, given)
    except (ValueError, TypeError) as error:
        complain(error)
        return 2
    except data_connectors.DataConnectorsError as error:
        known_as = f" (request id {error.request_id})" if error.request_id else ""
        complain(f"{error}{known_as}")
        return 1
    except OSError as error:
        # The reader has gone, or the disk is full; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            complain(f"the output can't be written: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        # As a shell expects it: 128 and the number of the signal.
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
