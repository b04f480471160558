#!/usr/bin/env python3
"""Lists the data connectors of an Intercom workspace as a table, or as JSON with --json."""

import argparse
import itertools
import json
import os
import sys
import unicodedata

import data_connectors

EPILOG = """\
environment:
  INTERCOM_ACCESS_TOKEN  access token of the workspace (required)

exit status:
  0  success
  1  the request failed, or the output could not be written
  2  invalid options
"""


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    per_page = "rows per request, 1 to 50 [default: 20]"
    parser.add_argument("--per-page", type=int, metavar="N", help=per_page)
    limit = "stop after N connectors [default: list all]"
    parser.add_argument("--limit", type=int, metavar="N", help=limit)
    service = parser.add_mutually_exclusive_group()
    base_url = "base URL of the service, in place of a region"
    service.add_argument("--base-url", metavar="URL", help=base_url)
    service.add_argument("--region", help="us, eu or au [default: us]")
    options = parser.parse_args()
    if options.limit is not None and options.limit < 1:
        parser.error(f"invalid --limit {options.limit}: use 1 or more")
    token = os.environ.get("INTERCOM_ACCESS_TOKEN")
    if not token:
        parser.error("INTERCOM_ACCESS_TOKEN is not set: set it to the workspace's access token")
    return options, token


def printable(value):
    """Replace control characters, which would break the table or the terminal."""
    if not isinstance(value, str):
        return "-"
    return "".join("?" if unicodedata.category(char) == "Cc" else char for char in value)


def format_row(connector):
    fields = connector.to_dict()
    names = ("id", "state", "http_method", "updated_at", "name")
    return "{:<12} {:<8} {:<6} {:<20} {}".format(*(printable(fields.get(name)) for name in names))


def print_list(client, options):
    connectors = itertools.islice(client.list(per_page=options.per_page), options.limit)
    if not options.json:
        print("{:<12} {:<8} {:<6} {:<20} NAME".format("ID", "STATE", "METHOD", "UPDATED"))
    count = 0
    for connector in connectors:
        count += 1
        if options.json:
            print(json.dumps(connector.to_dict(), ensure_ascii=False, separators=(",", ":")))
        else:
            print(format_row(connector))
    sys.stdout.flush()
    print(f"{count} connector{'' if count == 1 else 's'}", file=sys.stderr)


def print_error(message):
    print(f"list_connectors.py: {message}", file=sys.stderr)


def main():
    options, token = parse_options()
    if sys.stdout is None:
        print_error("standard output is closed")
        return 1
    # Names may have characters that the encoding of the terminal lacks.
    sys.stdout.reconfigure(errors="replace")
    try:
        with data_connectors.Client(
            token,
            region=options.region,
            base_url=options.base_url,
            user_agent_suffix="list_connectors.py",
        ) as client:
            print_list(client, options)
    except (ValueError, TypeError) as error:
        print_error(error)
        return 2
    except data_connectors.DataConnectorsError as error:
        request_id = f" (request id {error.request_id})" if error.request_id else ""
        print_error(f"{error}{request_id}")
        return 1
    except OSError as error:
        # The pipe is closed or the disk is full. Discard the buffer, which is flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            print_error(f"could not write the output ({error.strerror})")
        return 1
    except KeyboardInterrupt:
        # The shell convention: 128 plus the number of the signal.
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
