// libdata_connectors for C#: lists the data connectors of an Intercom workspace. MIT OR Apache-2.0.
//
//     using (var client = new Client(new ClientOptions { AccessToken = token }))
//         foreach (Connector connector in client.List())
//             Console.WriteLine($"{connector.Id} {connector.Name}");
//
// Loads the library named by the environment variable DATA_CONNECTORS_LIBRARY, otherwise the one in the program's folder,
// otherwise the system's: libdata_connectors.so.1, on macOS libdata_connectors.1.dylib, on Windows data_connectors.dll.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace DataConnectors
{
    /// <summary>Result of a call. Negative numbers are failures, including unnamed ones.</summary>
    public enum Status
    {
        /// <summary>Success.</summary>
        Ok = 0,
        /// <summary>The list is complete.</summary>
        Done = 1,
        /// <summary>An argument or an option is invalid. Nothing was sent.</summary>
        InvalidArgument = -1,
        /// <summary>The connection could not be opened, or broke.</summary>
        Connection = -2,
        /// <summary>The timeout of the call, or of opening its connection, expired.</summary>
        Timeout = -3,
        /// <summary>The server's certificate is not trusted, or TLS failed in another way.</summary>
        Tls = -4,
        /// <summary>HTTP 401: the access token is invalid, revoked, or of another region.</summary>
        Unauthorized = -5,
        /// <summary>HTTP 403: the access token lacks a permission, or a gateway rejected the request.</summary>
        Forbidden = -6,
        /// <summary>HTTP 429: too many requests.</summary>
        RateLimited = -7,
        /// <summary>Any other HTTP 4xx.</summary>
        BadRequest = -8,
        /// <summary>HTTP 5xx.</summary>
        Server = -9,
        /// <summary>The response violates the API contract.</summary>
        Protocol = -10,
        /// <summary>The response is larger than max_response_bytes.</summary>
        TooLarge = -11,
        /// <summary>A bug in the library.</summary>
        Panic = -12,
        /// <summary>The call was cancelled.</summary>
        Cancelled = -13,
        /// <summary>Out of threads or file descriptors, or of memory for a response.</summary>
        System = -14,
        /// <summary>The proxy refused the CONNECT tunnel.</summary>
        Proxy = -15,
    }

    /// <summary>Severity of a log line.</summary>
    public enum LogLevel
    {
        /// <summary>A call failed.</summary>
        Error = 1,
        /// <summary>An attempt failed and is retried.</summary>
        Warn = 2,
        /// <summary>A response was received, a call waits for the rate limit, or it was cancelled.</summary>
        Info = 3,
        /// <summary>A request is sent.</summary>
        Debug = 4,
    }

    /// <summary>The state of a snapshot. Later versions may add states.</summary>
    public enum SnapshotState
    {
        /// <summary>Connectors may be missing or outdated; see Snapshot.Reason.</summary>
        Incomplete = 0,
        /// <summary>Every connector is in it, in its current version.</summary>
        /// <remarks>Connectors that were deleted before it was taken are not in it.</remarks>
        Complete = 1,
        /// <summary>As complete, but connectors deleted since the previous snapshot may still be in it.</summary>
        Refreshed = 2,
        /// <summary>A state that this version doesn't know.</summary>
        Unknown = -1,
    }

    /// <summary>A failed call. Contains neither the access token nor the proxy's credentials.</summary>
    /// <remarks>
    /// If a CancellationToken cancelled the call, this is the inner exception of an
    /// <see cref="OperationCanceledException"/>. Properties are null if the service sent no such value.
    /// </remarks>
    public sealed class DataConnectorsException : Exception
    {
        internal DataConnectorsException(string message) : base(message)
        {
            Status = Status.InvalidArgument;
            StatusName = "DC_ERR_INVALID_ARGUMENT";
        }

        private DataConnectorsException(Native lib, Status status, Handle error, string requestId)
            : base(Utf8.Decode(lib.dc_error_message(error)) + (requestId == null ? "" : $" (request id {requestId})"))
        {
            Status = status;
            StatusName = Utf8.Decode(lib.dc_status_name(status));
            int httpStatus = lib.dc_error_http_status(error);
            HttpStatus = httpStatus == 0 ? (int?)null : httpStatus;
            ApiCode = Utf8.Decode(lib.dc_error_api_code(error));
            ApiField = Utf8.Decode(lib.dc_error_api_field(error));
            RequestId = requestId;
            RetryAfterMs = RateLimit.OrNull(lib.dc_error_retry_after_ms(error));
            Attempts = lib.dc_error_attempts(error);
            RateLimit = new RateLimit(lib.dc_error_rate_limit, error);
        }

        /// <summary>The kind of failure.</summary>
        public Status Status { get; }
        /// <summary>Its name in the C library, such as "DC_ERR_TIMEOUT".</summary>
        public string StatusName { get; }
        /// <summary>HTTP status of the response.</summary>
        public int? HttpStatus { get; }
        /// <summary>The service's error code, such as "unauthorized".</summary>
        public string ApiCode { get; }
        /// <summary>The request parameter that the service rejected.</summary>
        public string ApiField { get; }
        /// <summary>The service's request id, for support requests.</summary>
        public string RequestId { get; }
        /// <summary>The delay before the next request that the service specified, in milliseconds.</summary>
        public long? RetryAfterMs { get; }
        /// <summary>Number of requests that the call made.</summary>
        public int Attempts { get; }
        /// <summary>The rate limit that the response reported.</summary>
        public RateLimit RateLimit { get; } = new RateLimit();

        /// <summary>Frees the error of a call, and throws it if the call failed.</summary>
        internal static void Check(
            Status status, IntPtr error, CancellationToken token = default(CancellationToken))
        {
            if (status >= Status.Ok)
                return;
            Native lib = Native.Library;
            using (var handle = new Handle(error, lib.dc_error_free))
            {
                string requestId = Utf8.Decode(lib.dc_error_request_id(handle));
                var failure = new DataConnectorsException(lib, status, handle, requestId);
                if (status == Status.Cancelled && token.IsCancellationRequested)
                    throw new OperationCanceledException(failure.Message, failure, token);
                throw failure;
            }
        }
    }

    /// <summary>The rate limit that a response reported. Properties that it did not report are null.</summary>
    public sealed class RateLimit
    {
        internal RateLimit()
        {
        }

        internal RateLimit(Native.LimitsOf read, Handle handle)
        {
            read(handle, out long limit, out long remaining, out long reset);
            Limit = OrNull(limit);
            Remaining = OrNull(remaining);
            Reset = OrNull(reset);
        }

        /// <summary>Requests allowed in the current window.</summary>
        public long? Limit { get; }
        /// <summary>Requests that remain in it.</summary>
        public long? Remaining { get; }
        /// <summary>Its end, in seconds since the Unix epoch.</summary>
        public long? Reset { get; }

        internal static long? OrNull(long value) => value < 0 ? (long?)null : value;
    }

    /// <summary>The options of a client; docs/options.md describes them. Only the access token is required.</summary>
    /// <remarks>Write-only, so that no output contains the access token. Null resets an option.</remarks>
    public sealed class ClientOptions
    {
        private static readonly Native.LogCallback WriteLog = (logger, level, message) =>
        {
            try
            {
                ((Action<LogLevel, string>)GCHandle.FromIntPtr(logger).Target)(level, Utf8.Decode(message));
            }
            catch (Exception)
            {
                // An exception must not unwind through the library.
            }
        };
        private static readonly Native.Free FreeLogger = logger => GCHandle.FromIntPtr(logger).Free();

        private readonly Dictionary<string, string> values = new Dictionary<string, string>();

        /// <summary>Sets any option by its name in the C library: ["timeout_ms"] = "30000".</summary>
        public string this[string name]
        {
            set
            {
                if (value == null)
                    values.Remove(name);
                else
                    values[name] = value;
            }
        }

        /// <summary>Access token of the workspace, without the word Bearer.</summary>
        public string AccessToken { set => this["access_token"] = value; }
        /// <summary>Region that hosts the workspace: us (default), eu or au. Can't be combined with BaseUrl.</summary>
        public string Region { set => this["region"] = value; }
        /// <summary>Base URL instead of a region's, for a gateway or a sandbox.</summary>
        public string BaseUrl { set => this["base_url"] = value; }
        /// <summary>Allows plain http:// to other machines, which sends the access token unencrypted.</summary>
        public bool? AllowInsecureHttp { set => this["allow_insecure_http"] = Format(value); }
        /// <summary>Intercom-Version to request; default Preview.</summary>
        public string ApiVersion { set => this["api_version"] = value; }
        /// <summary>Name of your program, such as my-app/1.0, which is appended to User-Agent.</summary>
        public string UserAgentSuffix { set => this["user_agent_suffix"] = value; }
        /// <summary>Timeout of a whole call, including retries and waits; default 60000.</summary>
        public long? TimeoutMs { set => this["timeout_ms"] = Format(value); }
        /// <summary>Timeout for opening a connection; default 10000.</summary>
        public long? ConnectTimeoutMs { set => this["connect_timeout_ms"] = Format(value); }
        /// <summary>How often a call is retried after a retryable failure, 0 to 10; default 2.</summary>
        public long? MaxRetries { set => this["max_retries"] = Format(value); }
        /// <summary>Largest response body that is accepted, after decompression; default 8 MiB.</summary>
        public long? MaxResponseBytes { set => this["max_response_bytes"] = Format(value); }
        /// <summary>Waits for the reset of the rate limit instead of failing with 429.</summary>
        public bool? WaitForRateLimit { set => this["wait_for_rate_limit"] = Format(value); }
        /// <summary>HTTP proxy: http://[user:password@]host[:port].</summary>
        public string Proxy { set => this["proxy"] = value; }
        /// <summary>Hosts to connect to without the proxy, separated by commas.</summary>
        public string NoProxy { set => this["no_proxy"] = value; }
        /// <summary>PEM file of the certificate authorities to trust instead of the bundled ones.</summary>
        public string CaFile { set => this["ca_file"] = value; }
        /// <summary>Trusts the certificate authorities of the system. Can't be combined with CaFile.</summary>
        public bool? SystemRoots { set => this["system_roots"] = Format(value); }
        /// <summary>PEM file with the client certificate, for a server that requires one. Requires ClientKeyFile.</summary>
        public string ClientCertificateFile { set => this["client_certificate_file"] = value; }
        /// <summary>PEM file with the private key of the client certificate, not encrypted.</summary>
        public string ClientKeyFile { set => this["client_key_file"] = value; }

        /// <summary>Receives log lines, on the threads that make calls. Its exceptions are ignored.</summary>
        public Action<LogLevel, string> Logger { internal get; set; }
        /// <summary>The least severe level that Logger receives.</summary>
        public LogLevel LogLevel { internal get; set; } = LogLevel.Info;

        internal Handle NewClient()
        {
            Native lib = Native.Library;
            RejectReplacedPairs(lib);
            using (var config = new Handle(lib.dc_config_new(), lib.dc_config_free))
            {
                IntPtr error;
                foreach (KeyValuePair<string, string> option in values)
                {
                    byte[] name = Utf8.Encode(option.Key, "option name"), value = Utf8.Encode(option.Value, option.Key);
                    DataConnectorsException.Check(lib.dc_config_set_string(config, name, value, out error), error);
                }
                if (Logger != null)
                {
                    IntPtr logger = GCHandle.ToIntPtr(GCHandle.Alloc(Logger));
                    Status set = lib.dc_config_set_logger(config, LogLevel, WriteLog, logger, FreeLogger, out error);
                    if (set != Status.Ok)
                        FreeLogger(logger);
                    DataConnectorsException.Check(set, error);
                }
                DataConnectorsException.Check(lib.dc_client_new(config, out IntPtr client, out error), error);
                return new Handle(client, lib.dc_client_free);
            }
        }

        /// <summary>In C the last one set replaces the other, but an initializer has no order.</summary>
        private void RejectReplacedPairs(Native lib)
        {
            for (uint index = 0; index < (uint)lib.dc_config_option_count(); index++)
            {
                string name = Utf8.Decode(lib.dc_config_option((UIntPtr)index, Native.InfoName));
                string other = Utf8.Decode(lib.dc_config_option((UIntPtr)index, Native.InfoReplaces));
                if (other != null && IsSet(name) && IsSet(other))
                    throw new DataConnectorsException($"{name} and {other} replace each other: set one of them");
            }
        }

        private bool IsSet(string name) =>
            values.TryGetValue(name, out string value) && value != "false" && value != "0";

        private static string Format(long? value) => value?.ToString(CultureInfo.InvariantCulture);

        private static string Format(bool? value) => value == null ? null : value == true ? "true" : "false";
    }

    /// <summary>A client of one workspace, which keeps connections open. Thread-safe.</summary>
    public sealed class Client : IDisposable
    {
        private readonly Handle handle;
        private volatile bool closed; // handle.IsClosed is false until the calls in progress have finished

        /// <summary>Creates a client with a copy of the options. Nothing is sent yet.</summary>
        /// <exception cref="DataConnectorsException">An option is invalid.</exception>
        /// <exception cref="DllNotFoundException">The library is missing or incompatible.</exception>
        public Client(ClientOptions options)
        {
            handle = (options ?? throw new ArgumentNullException(nameof(options))).NewClient();
        }

        /// <summary>The version of the loaded library, such as "0.1.0".</summary>
        public static string LibraryVersion => Utf8.Decode(Native.Library.dc_version());

        /// <summary>Lists one page, most recently updated first.</summary>
        /// <remarks>Blocks until it is received or the call fails.</remarks>
        /// <param name="perPage">Maximum number of rows, 1 to 50; 0 for the service's default (20).</param>
        /// <param name="startingAfter">Cursor of the previous page; null for the first page.</param>
        /// <param name="cancellationToken">Cancels the call within milliseconds.</param>
        /// <exception cref="DataConnectorsException">The call failed.</exception>
        /// <exception cref="OperationCanceledException">The cancellation token cancelled it.</exception>
        /// <exception cref="ObjectDisposedException">The client is closed.</exception>
        public Page ListPage(
            long perPage = 0, string startingAfter = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            int rows = CheckPerPage(perPage);
            byte[] cursor = Utf8.Encode(startingAfter, "starting_after");
            return Page.Fetch(cancellationToken, (Handle cancel, out IntPtr page, out IntPtr error) =>
                Native.Library.dc_list_page(Open(), rows, cursor, cancel, out page, out error));
        }

        /// <summary>Lists all pages: `foreach` over it once, or call MoveNext.</summary>
        /// <param name="perPage">Maximum number of rows per page, 1 to 50; 0 for the service's default (20).</param>
        /// <param name="startingAfter">Cursor to start after; null for the first page.</param>
        /// <param name="prefetch">Whether to request the next page while you process the current one.</param>
        /// <param name="cancellationToken">Cancels the calls of the iteration.</param>
        /// <exception cref="DataConnectorsException">An argument is invalid.</exception>
        /// <exception cref="ObjectDisposedException">The client is closed.</exception>
        public PageIterator Pages(
            long perPage = 0, string startingAfter = null, bool prefetch = false,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            new PageIterator(this, CheckPerPage(perPage), startingAfter, prefetch, cancellationToken);

        /// <summary>Lists all connectors. Each `foreach` starts from the beginning. Parameters as for Pages.</summary>
        /// <remarks>
        /// If connectors are updated meanwhile, one can be listed twice, and one can be missed. A
        /// complete Snapshot misses none.
        /// </remarks>
        public IEnumerable<Connector> List(
            long perPage = 0, string startingAfter = null, bool prefetch = false,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            // Rejects invalid arguments here, not at the first MoveNext.
            Pages(perPage, startingAfter, prefetch, cancellationToken).Dispose();
            return Connectors(() => Pages(perPage, startingAfter, prefetch, cancellationToken));
        }

        private static IEnumerable<Connector> Connectors(Func<PageIterator> start)
        {
            using (PageIterator pages = start())
                while (pages.MoveNext())
                    foreach (Connector connector in pages.Current.Connectors)
                        yield return connector;
        }

        /// <summary>Takes a snapshot: all connectors, even if they change meanwhile.</summary>
        /// <param name="previous">Previous snapshot: requests only what changed since; null: everything.</param>
        /// <param name="overlapMs">Longest time until the service lists a change, 0 to 3600000; default 60000.</param>
        /// <param name="maxPasses">Maximum number of passes over the list, 1 to 1000; default 20.</param>
        /// <param name="timeoutMs">Timeout of the whole call, 1 to 86400000; default 300000.</param>
        /// <param name="cancellationToken">Cancels the call within milliseconds.</param>
        /// <remarks>
        /// Sends a request per page of 50 connectors and one more, or only one if the list has one page. If the first
        /// request fails, the call fails. If a later request fails and its retries fail too, the snapshot is
        /// incomplete.
        /// </remarks>
        /// <exception cref="DataConnectorsException">The first request failed, or an argument is invalid.</exception>
        /// <exception cref="OperationCanceledException">The cancellation token cancelled it.</exception>
        /// <exception cref="ObjectDisposedException">The client or the previous snapshot is closed.</exception>
        public Snapshot Snapshot(
            Snapshot previous = null, long? overlapMs = null, int? maxPasses = null, long? timeoutMs = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Native lib = Native.Library;
            long overlap = Argument("overlap", overlapMs, " ms: use 0 to 3600000");
            int passes = (int)Argument("max_passes", maxPasses, ": use 1 to 1000");
            long timeout = Argument("timeout", timeoutMs, " ms: use 1 to 86400000");
            Handle earlier = previous?.Open() ?? Handle.Null;
            return new Snapshot(lib, Handle.Receive(
                cancellationToken, lib.dc_snapshot_free, (Handle cancel, out IntPtr snapshot, out IntPtr error) =>
                    lib.dc_snapshot_take(
                        Open(), earlier, overlap, passes, timeout, cancel, out snapshot, out error)));
        }

        /// <summary>Returns -1, the library's default, for null; so a negative number is rejected here.</summary>
        private static long Argument(string name, long? value, string range) =>
            value < 0 ? throw new DataConnectorsException($"invalid {name} {value}{range}") : value ?? -1;

        /// <summary>Cancels all calls in progress, and rejects new ones.</summary>
        public void Shutdown() => Native.Library.dc_client_shutdown(Open());

        /// <summary>Rejects new calls. Frees the client when the calls in progress have finished.</summary>
        public void Dispose()
        {
            closed = true;
            handle.Dispose();
        }

        internal Handle Open() =>
            closed ? throw new ObjectDisposedException(null, "the client is closed") : handle;

        /// <summary>Rejects a number that the C type can't represent; the library checks the range.</summary>
        private static int CheckPerPage(long perPage) =>
            perPage == (int)perPage
                ? (int)perPage
                : throw new DataConnectorsException($"invalid per_page {perPage}: use 1 to 50");
    }

    /// <summary>An iterator over pages. Thread-safe: concurrent calls are serialized.</summary>
    /// <remarks>
    /// After a failure the next MoveNext requests the same page again (`foreach` closes it instead).
    /// </remarks>
    public sealed class PageIterator : IEnumerable<Page>, IEnumerator<Page>
    {
        private readonly object turn = new object();
        private readonly Client client;
        private readonly Handle pager;
        private readonly CancellationToken cancellationToken;
        private volatile bool closed;

        internal PageIterator(Client client, int perPage, string cursor, bool prefetch, CancellationToken token)
        {
            Native lib = Native.Library;
            this.client = client;
            cancellationToken = token;
            byte[] after = Utf8.Encode(cursor, "starting_after");
            Status status = lib.dc_pager_new(client.Open(), perPage, after, out IntPtr handle, out IntPtr error);
            DataConnectorsException.Check(status, error);
            pager = new Handle(handle, lib.dc_pager_free);
            DataConnectorsException.Check(lib.dc_pager_set_prefetch(pager, prefetch ? 1 : 0, out error), error);
            Cursor = cursor;
        }

        /// <summary>The page that MoveNext received; null before the first and after the last one.</summary>
        public Page Current { get; private set; }

        /// <summary>Cursor of the page that MoveNext requests next. Store it to resume later.</summary>
        /// <remarks>Null before the first page (unless it started with a cursor) and after the last one.</remarks>
        public string Cursor { get; private set; }

        object IEnumerator.Current => Current;

        /// <summary>Lists the next page. Returns false after the last one.</summary>
        /// <exception cref="DataConnectorsException">The call failed.</exception>
        /// <exception cref="OperationCanceledException">The cancellation token cancelled it.</exception>
        /// <exception cref="ObjectDisposedException">The iterator or its client is closed.</exception>
        public bool MoveNext()
        {
            lock (turn)
            {
                client.Open();
                if (closed)
                    throw new ObjectDisposedException(null, "the iterator is closed");
                Current = Page.Fetch(
                    cancellationToken, (Handle cancel, out IntPtr page, out IntPtr error) =>
                        Native.Library.dc_pager_next(pager, cancel, out page, out error));
                Cursor = Current?.NextCursor;
                return Current != null;
            }
        }

        /// <summary>Not supported.</summary>
        public void Reset() => throw new NotSupportedException("Reset is not supported: create another iterator");

        /// <summary>Closes the iterator, and cancels its prefetch. A call in progress finishes.</summary>
        public void Dispose()
        {
            closed = true;
            pager.Dispose();
        }

        /// <summary>Returns itself.</summary>
        public IEnumerator<Page> GetEnumerator() => this;

        IEnumerator IEnumerable.GetEnumerator() => this;
    }

    /// <summary>One page of the list. Immutable; contains no native memory.</summary>
    public sealed class Page
    {
        private readonly byte[] json;

        private Page(Native lib, Handle page)
        {
            json = Utf8.Copy(lib.dc_page_json(page), lib.dc_page_json_len(page));
            Connectors = Connector.UnpackRows(lib, page);
            NextCursor = Utf8.Decode(lib.dc_page_next_cursor(page));
            HasNext = lib.dc_page_has_next(page) == 1;
            RequestId = Utf8.Decode(lib.dc_page_request_id(page));
            RateLimit = new RateLimit(lib.dc_page_rate_limit, page);
        }

        /// <summary>Its rows, in the order of the service.</summary>
        public IReadOnlyList<Connector> Connectors { get; }
        /// <summary>Cursor of the next page; null on the last page.</summary>
        public string NextCursor { get; }
        /// <summary>Whether there is a next page. If NextCursor is null, its form is unsupported.</summary>
        public bool HasNext { get; }
        /// <summary>The service's request id.</summary>
        public string RequestId { get; }
        /// <summary>The rate limit after this request.</summary>
        public RateLimit RateLimit { get; }
        /// <summary>The JSON as the service sent it.</summary>
        public string Json => Encoding.UTF8.GetString(json);

        /// <summary>Makes a call that returns a page; null after the last page.</summary>
        internal static Page Fetch(CancellationToken token, Native.Call call)
        {
            Native lib = Native.Library;
            using (Handle page = Handle.Receive(token, lib.dc_page_free, call))
                return page.IsInvalid ? null : new Page(lib, page);
        }
    }

    /// <summary>All connectors of a workspace. Immutable and thread-safe. It does not need its client.</summary>
    /// <remarks>docs/consistency.md has the guarantees.</remarks>
    public sealed class Snapshot : IDisposable
    {
        private readonly object decoding = new object();
        private readonly Native lib;
        private readonly Handle handle;
        private IReadOnlyList<Connector> connectors;
        private volatile bool closed;

        internal Snapshot(Native lib, Handle handle)
        {
            this.lib = lib;
            this.handle = handle;
            State = ToState(lib.dc_snapshot_state(handle));
            Reason = Utf8.Decode(lib.dc_snapshot_reason(handle));
            AsOf = Connector.Time(lib.dc_snapshot_as_of_ms(handle));
        }

        /// <summary>The state: complete, refreshed or incomplete.</summary>
        public SnapshotState State { get; }
        /// <summary>Whether the state is complete.</summary>
        /// <remarks>Connectors that were deleted before it was taken are then not in it.</remarks>
        public bool IsComplete => State == SnapshotState.Complete;
        /// <summary>Why it is incomplete; null if it is not.</summary>
        public string Reason { get; }
        /// <summary>Time, by the service's clock, of the list that the snapshot has.</summary>
        /// <remarks>Null if it is unknown, as no pass over the list was finished.</remarks>
        public DateTimeOffset? AsOf { get; }

        /// <summary>All connectors, most recently updated first. The first access decodes them.</summary>
        /// <remarks>Later accesses work after Dispose, too.</remarks>
        /// <exception cref="ObjectDisposedException">The snapshot was closed before the first access.</exception>
        public IReadOnlyList<Connector> Connectors
        {
            get
            {
                lock (decoding)
                    return connectors = connectors ?? UsePage(page => Connector.UnpackRows(lib, page));
            }
        }

        /// <summary>The stored form, for Load: the list with each row as the service sent it.</summary>
        /// <remarks>Has a member "snapshot". Later versions of the library load it, too.</remarks>
        /// <exception cref="ObjectDisposedException">The snapshot is closed.</exception>
        public string Json =>
            UsePage(page => Encoding.UTF8.GetString(Utf8.Copy(lib.dc_page_json(page), lib.dc_page_json_len(page))));

        /// <summary>Loads a snapshot from its stored form.</summary>
        /// <param name="json">The Json of an earlier snapshot, such as from a file.</param>
        /// <exception cref="DataConnectorsException">It is not the stored form of a snapshot, or of an unsupported
        /// version.</exception>
        /// <exception cref="DllNotFoundException">The library is missing or incompatible.</exception>
        public static Snapshot Load(string json)
        {
            Native lib = Native.Library;
            byte[] stored = Utf8.Encode(json ?? throw new ArgumentNullException(nameof(json)), "json");
            var length = (UIntPtr)(uint)(stored.Length - 1); // without the NUL
            Status status = lib.dc_snapshot_load(stored, length, out IntPtr snapshot, out IntPtr error);
            DataConnectorsException.Check(status, error);
            return new Snapshot(lib, new Handle(snapshot, lib.dc_snapshot_free));
        }

        /// <summary>Returns what changed since an older snapshot of the same workspace, as JSON.</summary>
        /// <remarks>
        /// An object with "added", an array of rows; "changed", an array of objects with the "id", the names of the
        /// changed "fields", and the rows "old" and "new"; "removed", an array of rows, or null unless this snapshot is
        /// complete and not earlier than the older one. Connectors that an incomplete older snapshot lacks may be in
        /// "added"; if this one is incomplete, it may lack additions and changes.
        /// </remarks>
        /// <exception cref="DataConnectorsException">The snapshots are from different base URLs.</exception>
        /// <exception cref="ObjectDisposedException">A snapshot is closed.</exception>
        public string Diff(Snapshot older)
        {
            Handle other = (older ?? throw new ArgumentNullException(nameof(older))).Open();
            Status status = lib.dc_snapshot_diff(Open(), other, out IntPtr created, out IntPtr error);
            DataConnectorsException.Check(status, error);
            using (var diff = new Handle(created, lib.dc_diff_free))
                return Encoding.UTF8.GetString(Utf8.Copy(lib.dc_diff_json(diff, out UIntPtr length), length));
        }

        /// <summary>Frees the snapshot when the calls in progress have finished.</summary>
        public void Dispose()
        {
            closed = true;
            handle.Dispose();
        }

        internal static SnapshotState ToState(int number) =>
            Enum.IsDefined(typeof(SnapshotState), number) ? (SnapshotState)number : SnapshotState.Unknown;

        internal Handle Open() =>
            closed ? throw new ObjectDisposedException(null, "the snapshot is closed") : handle;

        /// <summary>Keeps the snapshot, which owns the page, from being freed meanwhile.</summary>
        internal T UsePage<T>(Func<Handle, T> use)
        {
            bool isUsed = false;
            try
            {
                Open().DangerousAddRef(ref isUsed);
                using (var page = new Handle(lib.dc_snapshot_page(handle), borrowed => { }))
                    return use(page);
            }
            finally
            {
                if (isUsed)
                    handle.DangerousRelease();
            }
        }
    }

    /// <summary>A data connector. Immutable. A field that is absent or not of its documented type is null.</summary>
    public sealed class Connector
    {
        // The packed columns are strings, two numbers that aren't used, and the JSON, which is rarely read.
        private const int StringCount = 14, JsonColumn = 16;
        private readonly string[] columns;
        private readonly ArraySegment<byte> json;

        private Connector(string[] columns, ArraySegment<byte> json)
        {
            this.columns = columns;
            this.json = json;
        }

        /// <summary>"data_connector".</summary>
        public string Type => columns[0];
        /// <summary>The id, a string of digits.</summary>
        public string Id => columns[1];
        /// <summary>The name.</summary>
        public string Name => columns[2];
        /// <summary>The description.</summary>
        public string Description => columns[3];
        /// <summary>"draft", "live", or one that is added later.</summary>
        public string State => columns[4];
        /// <summary>HTTP method of the request that it makes: "get", "post", "put", "delete" or "patch".</summary>
        public string HttpMethod => columns[5];
        /// <summary>Whether Fin may use it directly.</summary>
        public bool? DirectFinUsage => columns[6] == null ? (bool?)null : columns[6] == "true";
        /// <summary>The id of the admin who created it.</summary>
        public string CreatedByAdminId => columns[7];
        /// <summary>The id of the admin who last updated it.</summary>
        public string UpdatedByAdminId => columns[8];
        /// <summary>When it was created, as the service sends it: "2025-11-15T09:30:00Z".</summary>
        public string CreatedAt => columns[9];
        /// <summary>When it was last updated.</summary>
        public string UpdatedAt => columns[10];
        /// <summary>The path of its execution results.</summary>
        public string ExecutionResultsUrl => columns[11];
        /// <summary>CreatedAt in UTC; null if absent, not an RFC 3339 time, or before 1970.</summary>
        public DateTimeOffset? CreatedAtTime => Time(columns[12]);
        /// <summary>UpdatedAt in UTC, like CreatedAtTime.</summary>
        public DateTimeOffset? UpdatedAtTime => Time(columns[13]);
        /// <summary>The row as the service sent it, including undocumented fields.</summary>
        public string Json => Encoding.UTF8.GetString(json.Array, json.Offset, json.Count);

        /// <summary>The row's JSON.</summary>
        public override string ToString() => Json;

        /// <summary>Decodes all rows of a page, without a native call per row.</summary>
        internal static IReadOnlyList<Connector> UnpackRows(Native lib, Handle page)
        {
            IntPtr packed = lib.dc_page_packed_rows(page, Native.PackedSeparated, out UIntPtr length);
            return Unpack(Utf8.Copy(packed, length)).AsReadOnly();
        }

        internal static List<Connector> Unpack(byte[] packed)
        {
            const byte absent = 0xFD, columnEnd = 0xFE, rowEnd = 0xFF;
            var rows = new List<Connector>();
            for (int start = 0, stop; start < packed.Length; start = stop + 1)
            {
                stop = IndexOf(packed, rowEnd, start, packed.Length);
                var columns = new string[StringCount];
                for (int column = 0; column < JsonColumn; column++)
                {
                    int end = IndexOf(packed, columnEnd, start, stop);
                    if (column < StringCount && !(end > start && packed[start] == absent))
                        columns[column] = Encoding.UTF8.GetString(packed, start, end - start);
                    start = end + 1;
                }
                int length = IndexOf(packed, columnEnd, start, stop) - start; // later versions may add columns
                rows.Add(new Connector(columns, new ArraySegment<byte>(packed, start, length)));
            }
            return rows;
        }

        /// <summary>Returns the position of a byte; <paramref name="end"/> if it is not found.</summary>
        private static int IndexOf(byte[] bytes, byte value, int start, int end)
        {
            int position = Array.IndexOf(bytes, value, start, end - start);
            return position < 0 ? end : position;
        }

        private static DateTimeOffset? Time(string milliseconds) =>
            milliseconds == null ? null : Time(long.Parse(milliseconds, CultureInfo.InvariantCulture));

        /// <summary>Converts a time; null if absent, or after the year 9999, which .NET can't represent.</summary>
        internal static DateTimeOffset? Time(long milliseconds) =>
            milliseconds < 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? (DateTimeOffset?)null
                : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    /// <summary>Converts strings. The marshaller's UTF-8 differs between runtimes, and replaces surrogates.</summary>
    internal static class Utf8
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

        /// <summary>Encodes a string as NUL-terminated UTF-8; null for null.</summary>
        internal static byte[] Encode(string value, string name)
        {
            if (value == null)
                return null;
            if (value.IndexOf('\0') >= 0)
                throw new DataConnectorsException($"invalid {name}: contains a NUL character");
            try
            {
                return Strict.GetBytes(value + '\0');
            }
            catch (EncoderFallbackException)
            {
                throw new DataConnectorsException($"invalid {name}: contains an unpaired surrogate");
            }
        }

        /// <summary>Copies a NUL-terminated string; null for NULL.</summary>
        internal static string Decode(IntPtr text)
        {
            if (text == IntPtr.Zero)
                return null;
            uint length = 0;
            while (Marshal.ReadByte(text, (int)length) != 0)
                length++;
            return Encoding.UTF8.GetString(Copy(text, (UIntPtr)length));
        }

        internal static byte[] Copy(IntPtr start, UIntPtr length)
        {
            var copy = new byte[checked((int)length)];
            Marshal.Copy(start, copy, 0, copy.Length);
            return copy;
        }
    }

    /// <summary>A native handle. The marshaller references it during a call, so that Dispose can't free it.</summary>
    internal sealed class Handle : SafeHandle
    {
        /// <summary>Passed to C as NULL.</summary>
        internal static readonly Handle Null = new Handle(IntPtr.Zero, null);

        private readonly Native.Free free;

        internal Handle(IntPtr value, Native.Free free) : base(IntPtr.Zero, ownsHandle: true)
        {
            this.free = free;
            SetHandle(value);
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        /// <summary>Makes a call that can be cancelled, and returns the handle that it received.</summary>
        internal static Handle Receive(CancellationToken token, Native.Free free, Native.Call call)
        {
            Native lib = Native.Library;
            IntPtr created = IntPtr.Zero, error;
            if (token.CanBeCanceled) // otherwise NULL saves a file descriptor
                DataConnectorsException.Check(lib.dc_cancel_token_new(out created, out error), error);
            using (var cancel = new Handle(created, lib.dc_cancel_token_free))
            using (token.Register(() => lib.dc_cancel_token_cancel(cancel))) // its Dispose waits for a callback
            {
                Status status = call(cancel, out IntPtr received, out error);
                DataConnectorsException.Check(status, error, token);
                return new Handle(received, free);
            }
        }

        protected override bool ReleaseHandle()
        {
            free(handle);
            return true;
        }
    }

    /// <summary>The functions of the library; a test compares them with abi/data_connectors.json.</summary>
    /// <remarks>Delegates, because on Mono DllImport doesn't support a path that is known only at run time.</remarks>
    internal sealed class Native
    {
        internal const int AbiVersion = 1, InfoName = 0, InfoReplaces = 6, PackedSeparated = 2;
        private const string Variable = "DATA_CONNECTORS_LIBRARY";

        // If loading fails, the next client retries it.
        private static readonly Lazy<Native> Loaded =
            new Lazy<Native>(() => new Native(), LazyThreadSafetyMode.PublicationOnly);

        internal static Native Library => Loaded.Value;

        internal delegate int GetInt32();
        internal delegate UIntPtr GetSize();
        internal delegate IntPtr GetString();
        internal delegate IntPtr OptionString(UIntPtr index, int attribute);
        internal delegate IntPtr StatusString(Status status);
        internal delegate void Free(IntPtr handle);
        internal delegate void Act(Handle handle);
        internal delegate int Int32Of(Handle handle);
        internal delegate long Int64Of(Handle handle);
        internal delegate UIntPtr SizeOf(Handle handle);
        internal delegate IntPtr StringOf(Handle handle);
        internal delegate IntPtr RowsOf(Handle page, int format, out UIntPtr length);
        internal delegate IntPtr BytesOf(Handle handle, out UIntPtr length);
        internal delegate void LimitsOf(Handle handle, out long limit, out long remaining, out long reset);
        internal delegate void LogCallback(IntPtr data, LogLevel level, IntPtr message);
        internal delegate IntPtr NewConfig();
        internal delegate Status SetString(Handle config, byte[] option, byte[] value, out IntPtr error);
        internal delegate Status SetLogger(
            Handle config, LogLevel level, LogCallback log, IntPtr data, Free destroy, out IntPtr error);
        internal delegate Status NewClient(Handle config, out IntPtr client, out IntPtr error);
        internal delegate Status NewCancelToken(out IntPtr token, out IntPtr error);
        internal delegate Status ListPage(
            Handle client, int perPage, byte[] cursor, Handle cancel, out IntPtr page, out IntPtr error);
        internal delegate Status NewPager(
            Handle client, int perPage, byte[] cursor, out IntPtr pager, out IntPtr error);
        internal delegate Status SetPrefetch(Handle pager, int pages, out IntPtr error);
        internal delegate Status NextPage(Handle pager, Handle cancel, out IntPtr page, out IntPtr error);
        internal delegate Status TakeSnapshot(
            Handle client, Handle previous, long overlapMs, int maxPasses, long timeoutMs, Handle cancel,
            out IntPtr snapshot, out IntPtr error);
        internal delegate Status LoadSnapshot(byte[] json, UIntPtr length, out IntPtr snapshot, out IntPtr error);
        internal delegate Status Compare(Handle newer, Handle older, out IntPtr diff, out IntPtr error);

        /// <summary>A call that can be cancelled, and receives a handle.</summary>
        internal delegate Status Call(Handle cancel, out IntPtr received, out IntPtr error);

#pragma warning disable CS0649 // set by the constructor
        internal GetInt32 dc_abi_version;
        internal GetString dc_version;
        internal GetSize dc_config_option_count;
        internal OptionString dc_config_option;
        internal StatusString dc_status_name;
        internal NewConfig dc_config_new;
        internal SetString dc_config_set_string;
        internal SetLogger dc_config_set_logger;
        internal NewClient dc_client_new;
        internal NewCancelToken dc_cancel_token_new;
        internal ListPage dc_list_page;
        internal NewPager dc_pager_new;
        internal SetPrefetch dc_pager_set_prefetch;
        internal NextPage dc_pager_next;
        internal TakeSnapshot dc_snapshot_take;
        internal LoadSnapshot dc_snapshot_load;
        internal Compare dc_snapshot_diff;
        internal BytesOf dc_diff_json;
        internal StringOf dc_snapshot_page, dc_snapshot_reason;
        internal Int32Of dc_snapshot_state;
        internal Int64Of dc_snapshot_as_of_ms;
        internal Free dc_snapshot_free, dc_diff_free;
        internal StringOf dc_page_json, dc_page_next_cursor, dc_page_request_id;
        internal StringOf dc_error_message, dc_error_api_code, dc_error_api_field, dc_error_request_id;
        internal Int32Of dc_error_http_status, dc_error_attempts, dc_page_has_next;
        internal Int64Of dc_error_retry_after_ms;
        internal SizeOf dc_page_json_len;
        internal RowsOf dc_page_packed_rows;
        internal LimitsOf dc_error_rate_limit, dc_page_rate_limit;
        internal Act dc_client_shutdown, dc_cancel_token_cancel;
        internal Free dc_error_free, dc_config_free, dc_client_free, dc_cancel_token_free, dc_pager_free, dc_page_free;
#pragma warning restore CS0649

        /// <summary>Returns the name of the library's file on a system.</summary>
        internal static string FileName(Func<OSPlatform, bool> isSystem)
        {
            if (isSystem(OSPlatform.Windows))
                return "data_connectors.dll";
            return isSystem(OSPlatform.OSX)
                ? $"libdata_connectors.{AbiVersion}.dylib" : $"libdata_connectors.so.{AbiVersion}";
        }

        private Native()
        {
            string name = FileName(RuntimeInformation.IsOSPlatform);
            string named = Environment.GetEnvironmentVariable(Variable);
            string packaged = Path.Combine(AppContext.BaseDirectory, name);
            string remedy = $"install libdata_connectors, or set {Variable} to its absolute path";
            if (!string.IsNullOrEmpty(named))
            {
                name = Path.GetFullPath(named);
                remedy = $"check {Variable}, and that the library is for this platform";
            }
            else if (File.Exists(packaged))
            {
                name = packaged;
                remedy = "reinstall the package for this platform";
            }
            IntPtr library;
            try
            {
                library = Loader.Open(name);
            }
            catch (Exception error) when (error is DllNotFoundException || error is BadImageFormatException)
            {
                throw new DllNotFoundException($"could not load {name} ({error.Message}): {remedy}");
            }

            // Checked first: in another version the other functions may have other types.
            IntPtr version = Loader.Symbol(library, nameof(dc_abi_version));
            if (version == IntPtr.Zero)
                throw new DllNotFoundException($"{name} is not libdata_connectors (it has no dc_abi_version)");
            int abi = Marshal.GetDelegateForFunctionPointer<GetInt32>(version)();
            if (abi != AbiVersion)
                throw new DllNotFoundException(
                    $"{name} has ABI version {abi}, this package requires {AbiVersion}: install matching versions");

            foreach (FieldInfo field in GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
            {
                IntPtr function = Loader.Symbol(library, field.Name);
                if (function == IntPtr.Zero)
                    throw new DllNotFoundException(
                        $"{name} has no {field.Name} (older than this package): install a newer version");
                field.SetValue(this, Marshal.GetDelegateForFunctionPointer(function, field.FieldType));
            }
        }
    }

    /// <summary>The system's loader. The library is never unloaded: finalizers may free handles until exit.</summary>
    /// <remarks>On Mono, calls dlopen and dlsym of the running program.</remarks>
    internal static class Loader
    {
#if NETCOREAPP
        /// <remarks>Also searches runtimes/win-x64/native and the like of the program's NuGet packages; on Windows not the current directory.</remarks>
        internal static IntPtr Open(string name) => NativeLibrary.Load(name, typeof(Loader).Assembly,
            DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories);

        internal static IntPtr Symbol(IntPtr library, string name) =>
            NativeLibrary.TryGetExport(library, name, out IntPtr symbol) ? symbol : IntPtr.Zero;
#else
        internal static IntPtr Open(string name)
        {
            const int now = 2;
            dlerror(); // Mono resolves it at the first call, which could clear the error
            IntPtr library = dlopen(Utf8.Encode(name, "path of the library"), now);
            return library != IntPtr.Zero ? library : throw new DllNotFoundException(Utf8.Decode(dlerror()));
        }

        internal static IntPtr Symbol(IntPtr library, string name) => dlsym(library, Utf8.Encode(name, "name"));

        [DllImport("__Internal")]
        private static extern IntPtr dlopen(byte[] path, int flags);

        [DllImport("__Internal")]
        private static extern IntPtr dlsym(IntPtr library, byte[] name);

        [DllImport("__Internal")]
        private static extern IntPtr dlerror();
#endif
    }
}
