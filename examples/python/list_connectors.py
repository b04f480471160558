#!/usr/bin/env python3
"""Lists the data connectors of a workspace as a table, or with --json as one object per line.

The access token is read from INTERCOM_ACCESS_TOKEN. The exit status is 0 for success, 1 for an
error and 2 for a usage error.
"""

import argparse
import itertools
import json
import os
import sys
import unicodedata

import data_connectors


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="The access token is read from INTERCOM_ACCESS_TOKEN.",
    )
    parser.add_argument("--json", action="store_true", help="write one JSON object per line")
    parser.add_argument("--per-page", type=int, metavar="N", help="rows per request, 1 to 50")
    parser.add_argument("--limit", type=int, metavar="N", help="maximum number of connectors")
    service = parser.add_mutually_exclusive_group()
    service.add_argument("--base-url", metavar="URL", help="URL of the service")
    service.add_argument("--region", metavar="REGION", help="us (default), eu or au")
    arguments = parser.parse_args()
    if arguments.limit is not None and arguments.limit < 1:
        parser.error(f"invalid --limit {arguments.limit}: use 1 or more")
    token = os.environ.get("INTERCOM_ACCESS_TOKEN")
    if not token:
        parser.error("INTERCOM_ACCESS_TOKEN is not set: set it to the workspace's access token")
    return arguments, token


def printable(text):
    """Replace control characters, which would affect the terminal."""
    if text is None:
        return "-"
    return "".join("?" if unicodedata.category(char) == "Cc" else char for char in text)


def format_row(connector):
    fields = connector.to_dict()
    values = (fields.get(name) for name in ("id", "state", "http_method", "updated_at"))
    columns = [printable(value if isinstance(value, str) else None) for value in values]
    return "{:<12} {:<8} {:<6} {:<20} ".format(*columns) + printable(connector.name)


def print_connectors(client, arguments):
    connectors = itertools.islice(client.list(per_page=arguments.per_page), arguments.limit)
    if not arguments.json:
        print("{:<12} {:<8} {:<6} {:<20} NAME".format("ID", "STATE", "METHOD", "UPDATED"))
    count = 0
    for connector in connectors:
        count += 1
        if arguments.json:
            print(json.dumps(connector.to_dict(), ensure_ascii=False, separators=(",", ":")))
        else:
            print(format_row(connector))
    sys.stdout.flush()
    print(f"{count} connector{'' if count == 1 else 's'}", file=sys.stderr)


def report(message):
    print(f"list_connectors.py: {message}", file=sys.stderr)


def main():
    arguments, token = parse_arguments()
    if sys.stdout is None:
        report("standard output is closed")
        return 1
    # The terminal's encoding may lack characters that names contain.
    sys.stdout.reconfigure(errors="replace")
    try:
        with data_connectors.Client(
            token,
            region=arguments.region,
            base_url=arguments.base_url,
            user_agent_suffix="list_connectors.py",
        ) as client:
            print_connectors(client, arguments)
    except (ValueError, TypeError) as error:
        report(error)
        return 2
    except data_connectors.DataConnectorsError as error:
        suffix = f" (request id {error.request_id})" if error.request_id else ""
        report(f"{error}{suffix}")
        return 1
    except OSError as error:
        # A closed pipe or a full disk: discard what is still buffered.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            report(f"could not write the output: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        # As a shell reports SIGINT: 128 and the signal's number.
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
