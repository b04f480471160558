"""The list of comparisons."""

from __future__ import annotations

from build import Artifacts
from commands import HERE
from compare import Command, Comparison
from processes import Server


def comparisons(artifacts: Artifacts, server: Server, quick: bool) -> list[Comparison]:
    """Return all comparisons; a quick run has fewer pages and rounds, and varies more."""
    divisor = 2 if quick else 1
    rounds = 3 if quick else 11
    # Many short rounds of the C programs (a quarter of a second) vary less than a few long ones.
    c_rounds = 5 if quick else 21

    def command(program: list[str], base_url: str, pages: int, warm_up: int) -> Command:
        return [*program, base_url, str(max(pages // divisor, 1)), str(warm_up)]

    def c(name: str, base_url: str, pages: int, warm_up: int, *more: str) -> Command:
        return [*command([artifacts.program(name)], base_url, pages, warm_up), *more]

    def py(name: str, pages: int = 600, warm_up: int = 60) -> Command:
        program = [str(artifacts.python), str(HERE / "python" / name)]
        return command(program, server.http, pages, warm_up)

    def go(name: str) -> Command:
        return command([artifacts.program(f"go_{name}")], server.http, 1000, 200)

    def node(name: str) -> Command:
        program = ["node", artifacts.program(f"node/{name}")]
        # The warm-up includes the compilation of the hot functions.
        return command(program, server.http, 1000, 400)

    def cold(name: str, *more: str) -> Command:
        return [artifacts.program("launch"), *c(name, server.https, 1, 0, *more)]

    def c_rows(
        base_url: str, *more: str, pages: int = 2500, warm_up: int = 300
    ) -> tuple[Command, Command]:
        return (
            c("ours_rows", base_url, pages, warm_up, *more),
            c("curl_rows", base_url, pages, warm_up, *more),
        )

    http, https, ca = server.http, server.https, str(server.ca_file)
    slow, idle = f"{http}/pages/40/latency/20", f"{http}/pages/2000"
    # Intercom's SDK does not support connectors, and a page of contacts is larger.
    page_ratio = server.page_bytes("data_connectors") / server.page_bytes("contacts")
    return [
        Comparison(
            "c_rows_cpu",
            "C, four fields of each row / libcurl and yyjson",
            *c_rows(http),
            "cpu",
            0.75,
            rounds=c_rounds,
        ),
        Comparison(
            "c_json_cpu",
            "C, the JSON and the cursor / libcurl, the cursor parsed by yyjson",
            c("ours_json", http, 2500, 300),
            c("curl_json", http, 2500, 300),
            "cpu",
            0.66,
            rounds=c_rounds,
        ),
        Comparison(
            "c_rows_tls_cpu",
            "C, four fields of each row over TLS / libcurl with OpenSSL and yyjson",
            *c_rows(https, ca, pages=2000),
            "cpu",
            0.70,
            rounds=c_rounds,
        ),
        Comparison(
            "c_rows_tls_gzip_cpu",
            "C, four fields of each row over TLS, gzip / libcurl with OpenSSL, zlib and yyjson",
            *c_rows(f"{https}/gzip", ca, pages=2000),
            "cpu",
            0.60,
            rounds=c_rounds,
        ),
        Comparison(
            "c_rows_tls_gzip_latency_cpu",
            "the same with 20 ms latency / the same",
            *c_rows(f"{https}/gzip/latency/20", ca, pages=60, warm_up=5),
            "cpu",
            None,
            rounds=min(rounds, 5),
        ),
        Comparison(
            "c_rows_varied_cpu",
            "C, four fields of each row, rows that are not uniform / libcurl and yyjson",
            *c_rows(f"{http}/varied"),
            "cpu",
            None,
            rounds=rounds,
        ),
        Comparison(
            "floor_cpu",
            "C, four fields of each row / a plain socket that only receives",
            c("ours_rows", http, 2500, 300),
            c("floor", http, 2500, 300),
            "cpu",
            3.0,
            rounds=c_rounds,
            same_sum=False,
        ),
        Comparison(
            "cold_tls_wall",
            "process start to certificate verification, default root certificates / libcurl",
            cold("cold_ours"),
            cold("cold_curl"),
            "wall",
            0.05,
            "ms",
            c_rounds,
        ),
        Comparison(
            "cold_tls_page_wall",
            "process start to first page, root certificates from a file / libcurl",
            cold("cold_ours", str(server.ca_bundle)),
            cold("cold_curl", str(server.ca_bundle)),
            "wall",
            None,
            "ms",
            c_rounds,
        ),
        Comparison(
            "py_rows_cpu",
            "Python, four fields of each row / httpx and json",
            py("ours.py"),
            py("httpx_rows.py"),
            "cpu",
            0.25,
            rounds=rounds,
        ),
        Comparison(
            "py_list_page_cpu",
            "Python, four fields of each row, page by page / httpx and json",
            py("ours_pages.py"),
            py("httpx_pages.py"),
            "cpu",
            0.25,
            rounds=rounds,
        ),
        Comparison(
            "py_urllib3_cpu",
            "Python, four fields of each row / urllib3 and orjson",
            py("ours.py"),
            py("urllib3_rows.py"),
            "cpu",
            None,
            rounds=rounds,
        ),
        Comparison(
            "py_sdk_cpu",
            "Python, four fields of each row / Intercom's SDK, contacts, scaled to the same size",
            py("ours.py"),
            py("sdk.py", 40, 4),
            "cpu",
            0.004,
            rounds=min(rounds, 5),
            same_sum=False,
            their_scale=page_ratio,
        ),
        Comparison(
            "py_table_cpu",
            "Python, iteration over rows / page by page",
            py("ours.py"),
            py("ours_pages.py"),
            "cpu",
            None,
            rounds=rounds,
        ),
        Comparison(
            "go_rows_cpu",
            "Go, four fields of each row / net/http and encoding/json",
            go("ours"),
            go("nethttp"),
            "cpu",
            0.35,
            rounds=rounds,
            pinned=False,
            requires="go",
        ),
        Comparison(
            "node_rows_cpu",
            "Node, four fields of each row / undici and JSON.parse",
            node("ours.mjs"),
            node("undici_rows.mjs"),
            "cpu",
            None,
            rounds=rounds,
            pinned=False,
            requires="node",
        ),
        Comparison(
            "prefetch_idle_wall",
            "2,000 pages without latency and work, with prefetch / without",
            [artifacts.program("pager"), idle, "2000", "0", "1"],
            [artifacts.program("pager"), idle, "2000", "0", "0"],
            "wall",
            1.4,
            "ms",
            rounds,
            pinned=False,
        ),
        Comparison(
            "prefetch_wall",
            "40 pages, 20 ms latency and 20 ms work each, with prefetch / without",
            [artifacts.program("prefetch"), slow, "40", "0", "1"],
            [artifacts.program("prefetch"), slow, "40", "0", "0"],
            "wall",
            0.58,
            "ms",
            min(rounds, 5),
            pinned=False,
        ),
    ]
