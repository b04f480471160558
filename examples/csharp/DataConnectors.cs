// libdata_connectors for C#: lists the data connectors of an Intercom workspace. MIT OR Apache-2.0.
//
//     using (var client = new Client(new ClientOptions { Token = token }))
//         foreach (Connector connector in client.List(perPage: 50))
//             Console.WriteLine(connector.Id + " " + connector.Name);
//
// The one file to copy into a project, for Mono and .NET alike. Calls block the thread that makes them; a Task is
// `Task.Run(() => client.ListPage(cancellationToken: stop), stop)`. It needs the native library: the file that the
// environment variable DATA_CONNECTORS_LIBRARY names, else libdata_connectors.so.1 where the system's loader looks.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace DataConnectors
{
    /// <summary>How a call ended, by the C library's numbers. One that isn't named here is a failure.</summary>
    public enum Status
    {
        /// <summary>It worked.</summary>
        Ok = 0,
        /// <summary>Nothing more to come.</summary>
        Done = 1,
        /// <summary>An argument or a setting was refused before anything was sent.</summary>
        InvalidArgument = -1,
        /// <summary>No connection, or one that broke.</summary>
        Connection = -2,
        /// <summary>The time for the call, or for opening its connection, ran out.</summary>
        Timeout = -3,
        /// <summary>The server could not be trusted, or TLS failed in another way.</summary>
        Tls = -4,
        /// <summary>HTTP 401: the token is wrong, revoked, or of another region.</summary>
        Unauthorized = -5,
        /// <summary>HTTP 403: the token may not do this.</summary>
        Forbidden = -6,
        /// <summary>HTTP 429: too many requests.</summary>
        RateLimited = -7,
        /// <summary>Any other HTTP 4xx.</summary>
        BadRequest = -8,
        /// <summary>HTTP 5xx.</summary>
        Server = -9,
        /// <summary>An answer that the contract doesn't allow.</summary>
        Protocol = -10,
        /// <summary>The answer is larger than allowed.</summary>
        TooLarge = -11,
        /// <summary>A bug of the library's own, caught.</summary>
        Panic = -12,
        /// <summary>The call was ended by <see cref="Client.Shutdown"/>, or by its cancellation token.</summary>
        Cancelled = -13,
        /// <summary>The system gave no thread, file descriptor or memory.</summary>
        System = -14,
        /// <summary>The proxy did not open a way to the service.</summary>
        Proxy = -15,
    }

    /// <summary><see cref="Connector.State"/> as a number.</summary>
    public enum ConnectorState
    {
        /// <summary>One that the library doesn't know; the text says which.</summary>
        Unknown = 0,
        /// <summary>"draft"</summary>
        Draft = 1,
        /// <summary>"live"</summary>
        Live = 2,
    }

    /// <summary><see cref="Connector.HttpMethod"/> as a number.</summary>
    public enum ConnectorHttpMethod
    {
        /// <summary>One that the library doesn't know; the text says which.</summary>
        Unknown = 0,
        /// <summary>"get"</summary>
        Get = 1,
        /// <summary>"post"</summary>
        Post = 2,
        /// <summary>"put"</summary>
        Put = 3,
        /// <summary>"delete"</summary>
        Delete = 4,
        /// <summary>"patch"</summary>
        Patch = 5,
    }

    /// <summary>A failure. Its message is one line for a person; the token is nowhere in it.</summary>
    /// <remarks>
    /// A call that its cancellation token ended throws an <see cref="OperationCanceledException"/> around this one, as
    /// tasks want it. What was closed throws an <see cref="ObjectDisposedException"/>; a library that is missing, or
    /// another one, a <see cref="DllNotFoundException"/>.
    /// </remarks>
    public sealed class DataConnectorsException : Exception
    {
        /// <summary>What the wrapper itself refuses.</summary>
        internal DataConnectorsException(string message) : base(message)
        {
            Status = Status.InvalidArgument;
            StatusName = "DC_ERR_INVALID_ARGUMENT";
            RateLimit = new RateLimit(-1, -1, -1);
        }

        internal DataConnectorsException(Native lib, Status status, ErrorHandle error)
            : base(Text.Out(lib.dc_error_message(error)))
        {
            Status = status;
            StatusName = Text.Out(lib.dc_status_name(status));
            int httpStatus = lib.dc_error_http_status(error);
            HttpStatus = httpStatus == 0 ? (int?)null : httpStatus;
            ApiCode = Text.Out(lib.dc_error_api_code(error));
            ApiField = Text.Out(lib.dc_error_api_field(error));
            RequestId = Text.Out(lib.dc_error_request_id(error));
            RetryAfterMs = Number.OrNull(lib.dc_error_retry_after_ms(error));
            Attempts = lib.dc_error_attempts(error);
            lib.dc_error_rate_limit(error, out long limit, out long remaining, out long reset);
            RateLimit = new RateLimit(limit, remaining, reset);
        }

        /// <summary>What kind of failure it is.</summary>
        public Status Status { get; }
        /// <summary>Its name in the C library, such as "DC_ERR_TIMEOUT".</summary>
        public string StatusName { get; }
        /// <summary>The HTTP status of the answer; null: there was none.</summary>
        public int? HttpStatus { get; }
        /// <summary>The service's own code, such as "unauthorized"; null: it gave none.</summary>
        public string ApiCode { get; }
        /// <summary>The parameter that the service found wrong; null: it named none.</summary>
        public string ApiField { get; }
        /// <summary>The service's id for the request, which its support people ask for; null: it gave none.</summary>
        public string RequestId { get; }
        /// <summary>How many milliseconds the service asked to wait before another try; null: it did not.</summary>
        public long? RetryAfterMs { get; }
        /// <summary>How many requests the call made.</summary>
        public int Attempts { get; }
        /// <summary>The rate limit, as far as the last answer told it.</summary>
        public RateLimit RateLimit { get; }

        internal static void Check(Status status, ErrorHandle error) => Check(status, error, CancellationToken.None);

        /// <summary>Frees the error of a call; throws what it says unless the call succeeded.</summary>
        internal static void Check(Status status, ErrorHandle error, CancellationToken token)
        {
            using (error)
            {
                if (status >= Status.Ok)
                    return;
                var failure = new DataConnectorsException(Native.Library, status, error);
                if (status == Status.Cancelled && token.IsCancellationRequested)
                    throw new OperationCanceledException(failure.Message, failure, token);
                throw failure;
            }
        }
    }

    /// <summary>The rate limit as an answer told it; null: it did not. Immutable.</summary>
    public sealed class RateLimit
    {
        internal RateLimit(long limit, long remaining, long reset)
        {
            Limit = Number.OrNull(limit);
            Remaining = Number.OrNull(remaining);
            Reset = Number.OrNull(reset);
        }

        /// <summary>How many requests the service allows in the current window.</summary>
        public long? Limit { get; }
        /// <summary>How many of them are left.</summary>
        public long? Remaining { get; }
        /// <summary>When the window ends: seconds since 1970-01-01 UTC.</summary>
        public long? Reset { get; }
    }

    /// <summary>The options of a client. Only the access token is required; null is the default.</summary>
    /// <remarks>The token and the proxy can't be read, so that nothing that prints or serializes has them.</remarks>
    public sealed class ClientOptions
    {
        private readonly Dictionary<string, string> byName = new Dictionary<string, string>();

        /// <summary>The access token: visible ASCII characters, without the word Bearer.</summary>
        public string Token { internal get; set; }
        /// <summary>The workspace's data centre: "us" (the default), "eu" or "au". Not with a base URL.</summary>
        public string Region { get; set; }
        /// <summary>Where the service is, if not in a region; http:// is for loopback.</summary>
        public string BaseUrl { get; set; }
        /// <summary>Whether the token may go unencrypted to another machine. For a test network only.</summary>
        public bool AllowInsecureHttp { get; set; }
        /// <summary>The Intercom-Version to ask for; by default Preview.</summary>
        public string ApiVersion { get; set; }
        /// <summary>Your program's name, behind the library's.</summary>
        public string UserAgentSuffix { get; set; }
        /// <summary>Time for a whole call, retries and waits included; by default 60000.</summary>
        public long? TimeoutMs { get; set; }
        /// <summary>Time for opening a connection; by default 10000.</summary>
        public long? ConnectTimeoutMs { get; set; }
        /// <summary>How often a call is tried again after a failure that may pass, 0 to 10; by default 2.</summary>
        public long? MaxRetries { get; set; }
        /// <summary>The largest answer taken, after decompression; by default 8 MiB.</summary>
        public long? MaxResponseBytes { get; set; }
        /// <summary>Whether to wait for the reset of the rate limit instead of failing with 429.</summary>
        public bool WaitForRateLimit { get; set; }
        /// <summary>An HTTP proxy, "http://[user:password@]host[:port]".</summary>
        public string Proxy { internal get; set; }
        /// <summary>Hosts to reach directly although there is a proxy, with commas between.</summary>
        public string NoProxy { get; set; }
        /// <summary>A PEM file with the authorities to trust instead of the bundled ones.</summary>
        public string CaFile { get; set; }
        /// <summary>Whether to trust the system's authorities instead. Not with a CA file.</summary>
        public bool SystemRoots { get; set; }

        /// <summary>Sets any option by the name and in the form of the C library: ("timeout_ms", "30000").</summary>
        /// <remarks>It precedes the property of that option. Null is the default. It can't be read.</remarks>
        public void Set(string name, string value)
        {
            byName[name ?? throw new ArgumentNullException(nameof(name))] = value;
        }

        internal ClientHandle NewClient()
        {
            var options = new Dictionary<string, string>
            {
                ["access_token"] = Token,
                ["region"] = Region,
                ["base_url"] = BaseUrl,
                ["allow_insecure_http"] = AllowInsecureHttp ? "true" : null,
                ["api_version"] = ApiVersion,
                ["user_agent_suffix"] = UserAgentSuffix,
                ["timeout_ms"] = Number.Decimal(TimeoutMs),
                ["connect_timeout_ms"] = Number.Decimal(ConnectTimeoutMs),
                ["max_retries"] = Number.Decimal(MaxRetries),
                ["max_response_bytes"] = Number.Decimal(MaxResponseBytes),
                ["wait_for_rate_limit"] = WaitForRateLimit ? "true" : null,
                ["proxy"] = Proxy,
                ["no_proxy"] = NoProxy,
                ["ca_file"] = CaFile,
                ["system_roots"] = SystemRoots ? "true" : null,
            };
            foreach (KeyValuePair<string, string> option in byName)
                options[option.Key] = option.Value;
            // In C the last one set replaces the other; an initializer has no order to rely on.
            if (options["region"] != null && options["base_url"] != null)
                throw new DataConnectorsException("Region and BaseUrl replace each other: set one of them");
            string systemRoots = options["system_roots"];
            if (options["ca_file"] != null && (systemRoots == "true" || systemRoots == "1"))
                throw new DataConnectorsException("CaFile and SystemRoots replace each other: set one of them");
            Native lib = Native.Library;
            using (ConfigHandle config = lib.dc_config_new())
            {
                foreach (KeyValuePair<string, string> option in options)
                {
                    if (option.Value == null)
                        continue;
                    byte[] name = Text.In(option.Key, "option"), value = Text.In(option.Value, option.Key);
                    Status set = lib.dc_config_set_string(config, name, value, out ErrorHandle refusal);
                    DataConnectorsException.Check(set, refusal);
                }
                Status status = lib.dc_client_new(config, out ClientHandle client, out ErrorHandle error);
                DataConnectorsException.Check(status, error);
                return client;
            }
        }
    }

    /// <summary>A client of one workspace, with its pool of connections: make one and keep it.</summary>
    /// <remarks>
    /// Any number of threads may use it at once. It does not keep the token's text, nor the options.
    /// </remarks>
    public sealed class Client : IDisposable
    {
        private const string PerPage = "1 to 50, or 0 for the service's default (20)";
        private readonly ClientHandle handle;
        // The handle's own IsClosed comes true only when the last call under way has ended.
        private volatile bool closed;

        /// <summary>Makes a client with a copy of these settings. Nothing is sent yet.</summary>
        /// <exception cref="DataConnectorsException">A setting was refused; the message says why.</exception>
        /// <exception cref="DllNotFoundException">The native library is missing, or another one.</exception>
        public Client(ClientOptions options)
        {
            if (options == null)
                throw new ArgumentNullException(nameof(options));
            handle = options.NewClient();
        }

        /// <summary>The version of the native library, such as "0.1.0".</summary>
        public static string LibraryVersion => Text.Out(Native.Library.dc_version());

        /// <summary>Lists one page, newest update first. Blocks until it is there or the call has failed.</summary>
        /// <param name="perPage">The most rows, 1 to 50; 0: the service's default (20).</param>
        /// <param name="startingAfter">The cursor of the page before; null: the first page.</param>
        /// <param name="cancellationToken">Ends the call within milliseconds, whatever it waits for.</param>
        /// <exception cref="DataConnectorsException">The call failed.</exception>
        /// <exception cref="OperationCanceledException">The token ended it.</exception>
        /// <exception cref="ObjectDisposedException">The client is closed.</exception>
        public Page ListPage(
            long perPage = 0,
            string startingAfter = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            int rows = Number.Int32(perPage, "per_page", PerPage);
            byte[] cursor = Text.In(startingAfter, "starting_after");
            return Page.Ask(cancellationToken, (CancelHandle cancel, out PageHandle page, out ErrorHandle error) =>
                Native.Library.dc_list_page(Open(), rows, cursor, cancel, out page, out error));
        }

        /// <summary>Lists every connector, page by page as they are asked for: `foreach` over it.</summary>
        /// <param name="perPage">The most rows on a page, 1 to 50; 0: the service's default (20).</param>
        /// <param name="startingAfter">The cursor to begin after; null: at the beginning.</param>
        /// <param name="prefetch">
        /// Whether a walk fetches its next page while you work on this one: sooner, but a page can be as old as that
        /// took, and leaving early may cost one request more.
        /// </param>
        /// <param name="cancellationToken">Ends the calls of its walks.</param>
        /// <exception cref="DataConnectorsException">An argument was refused.</exception>
        /// <exception cref="ObjectDisposedException">The client is closed.</exception>
        public ConnectorList List(
            long perPage = 0,
            string startingAfter = null,
            bool prefetch = false,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            int rows = Number.Int32(perPage, "per_page", PerPage);
            byte[] cursor = Text.In(startingAfter, "starting_after");
            var list = new ConnectorList(() => new PageWalk(this, rows, cursor, prefetch, cancellationToken));
            // What is wrong with the arguments is said here, not at the first step.
            list.Pages().Dispose();
            return list;
        }

        /// <summary>Ends all calls under way, and refuses new ones: both fail as cancelled. Any thread.</summary>
        public void Shutdown() => Native.Library.dc_client_shutdown(Open());

        /// <summary>Closes the client. Calls under way go on; the last one frees it. Any thread, any often.</summary>
        public void Dispose()
        {
            closed = true;
            handle.Dispose();
        }

        internal ClientHandle Open()
        {
            if (closed)
                throw new ObjectDisposedException(null, "the client is closed");
            return handle;
        }
    }

    /// <summary>Every connector of a workspace, lazily: each `foreach` is a walk of its own.</summary>
    /// <remarks>When connectors change during a walk, one can come twice, and one can be missed.</remarks>
    public sealed class ConnectorList : IEnumerable<Connector>
    {
        private readonly Func<PageWalk> newWalk;

        internal ConnectorList(Func<PageWalk> newWalk)
        {
            this.newWalk = newWalk;
        }

        /// <summary>A walk over the pages instead, which knows its cursor.</summary>
        public PageWalk Pages() => newWalk();

        /// <summary>A walk over the connectors. After a failure its next step asks again.</summary>
        public IEnumerator<Connector> GetEnumerator() => new ConnectorWalk(newWalk());

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>One walk over pages: `foreach` over it once, or take its steps with MoveNext.</summary>
    /// <remarks>
    /// After a failure it stands where it was: the next MoveNext goes on from there. (A `foreach` closes it, also when
    /// an exception leaves it.) Threads that share it take one step at a time.
    /// </remarks>
    public sealed class PageWalk : IEnumerable<Page>, IEnumerator<Page>
    {
        private readonly object step = new object();
        private readonly Client client;
        private readonly PagerHandle pager;
        private readonly CancellationToken cancellationToken;
        private volatile bool closed;

        internal PageWalk(Client client, int perPage, byte[] cursor, bool prefetch, CancellationToken cancellationToken)
        {
            Native lib = Native.Library;
            this.client = client;
            this.cancellationToken = cancellationToken;
            Status status = lib.dc_pager_new(client.Open(), perPage, cursor, out pager, out ErrorHandle error);
            DataConnectorsException.Check(status, error);
            status = lib.dc_pager_set_prefetch(pager, prefetch ? 1 : 0, out error);
            DataConnectorsException.Check(status, error);
            Cursor = Text.Out(lib.dc_pager_cursor(pager));
        }

        /// <summary>The page of the last step; null before the first one and at the end.</summary>
        public Page Current { get; private set; }

        /// <summary>The cursor of the page that the next step asks for: what to keep, to go on another day.</summary>
        /// <remarks>Null before the first page (unless it began with one) and at the end. Dispose keeps it.</remarks>
        public string Cursor { get; private set; }

        object IEnumerator.Current => Current;

        /// <summary>Lists the next page; blocks until it is there. False: there are no more.</summary>
        /// <exception cref="DataConnectorsException">The call failed.</exception>
        /// <exception cref="OperationCanceledException">The cancellation token ended it.</exception>
        /// <exception cref="ObjectDisposedException">The walk, or its client, is closed.</exception>
        public bool MoveNext()
        {
            lock (step)
            {
                CheckOpen();
                bool held = false;
                try
                {
                    // Over both calls, as the cursor's text is the pager's.
                    pager.DangerousAddRef(ref held);
                    Native lib = Native.Library;
                    Current = Page.Ask(
                        cancellationToken,
                        (CancelHandle cancel, out PageHandle page, out ErrorHandle error) =>
                            lib.dc_pager_next(pager, cancel, out page, out error));
                    Cursor = Text.Out(lib.dc_pager_cursor(pager));
                }
                finally
                {
                    if (held)
                        pager.DangerousRelease();
                }
                return Current != null;
            }
        }

        /// <summary>Is not there: begin another walk.</summary>
        public void Reset() => throw new NotSupportedException("a walk can't go back: begin another one");

        /// <summary>Closes the walk, and ends a fetch ahead; a step under way goes on. Any thread, any often.</summary>
        public void Dispose()
        {
            closed = true;
            pager.Dispose();
        }

        internal void CheckOpen()
        {
            client.Open();
            if (closed)
                throw new ObjectDisposedException(null, "the walk is closed");
        }

        /// <summary>The walk itself.</summary>
        public IEnumerator<Page> GetEnumerator() => this;

        IEnumerator IEnumerable.GetEnumerator() => this;
    }

    internal sealed class ConnectorWalk : IEnumerator<Connector>
    {
        private readonly PageWalk pages;
        private int next;

        internal ConnectorWalk(PageWalk pages)
        {
            this.pages = pages;
        }

        public Connector Current { get; private set; }

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            pages.CheckOpen();
            while (pages.Current == null || next == pages.Current.Connectors.Count)
            {
                if (!pages.MoveNext())
                {
                    Current = null;
                    return false;
                }
                next = 0;
            }
            Current = pages.Current.Connectors[next++];
            return true;
        }

        public void Reset() => pages.Reset();

        public void Dispose() => pages.Dispose();
    }

    /// <summary>One page of the list, immutable, with nothing native behind it.</summary>
    public sealed class Page
    {
        private readonly byte[] json;

        private Page(Native lib, PageHandle page)
        {
            json = Text.Bytes(lib.dc_page_json(page), lib.dc_page_json_len(page));
            Connectors = new ReadOnlyCollection<Connector>(Connector.All(lib, page));
            NextCursor = Text.Out(lib.dc_page_next_cursor(page));
            HasNext = lib.dc_page_has_next(page) == 1;
            RequestId = Text.Out(lib.dc_page_request_id(page));
            lib.dc_page_rate_limit(page, out long limit, out long remaining, out long reset);
            RateLimit = new RateLimit(limit, remaining, reset);
        }

        /// <summary>Its rows, in the service's order.</summary>
        public IReadOnlyList<Connector> Connectors { get; }
        /// <summary>The cursor of the next page, for `startingAfter`; null: this is the last one.</summary>
        public string NextCursor { get; }
        /// <summary>Whether the service named a next page, also in a form that can't be followed.</summary>
        public bool HasNext { get; }
        /// <summary>The service's id for the request; null: it gave none.</summary>
        public string RequestId { get; }
        /// <summary>The rate limit, as far as the answer told it.</summary>
        public RateLimit RateLimit { get; }
        /// <summary>The answer's JSON as the service sent it.</summary>
        public string Json => Encoding.UTF8.GetString(json);

        internal delegate Status Call(CancelHandle cancel, out PageHandle page, out ErrorHandle error);

        /// <summary>Makes a call that gives a page, ended by a token; null: there are no more.</summary>
        internal static Page Ask(CancellationToken token, Call call)
        {
            using (CancelHandle cancel = CancelHandle.For(token))
            using (token.Register(cancel.Cancel)) // its Dispose waits for a Cancel under way
            {
                Status status = call(cancel, out PageHandle page, out ErrorHandle error);
                using (page)
                {
                    DataConnectorsException.Check(status, error, token);
                    return status == Status.Done ? null : new Page(Native.Library, page);
                }
            }
        }
    }

    /// <summary>A data connector, immutable. What is absent, or of another type than documented, is null.</summary>
    public sealed class Connector
    {
        private Connector(IReadOnlyList<string> columns)
        {
            Type = columns[0];
            Id = columns[1];
            Name = columns[2];
            Description = columns[3];
            State = columns[4];
            HttpMethod = columns[5];
            DirectFinUsage = columns[6] == null ? (bool?)null : columns[6] == "true";
            CreatedByAdminId = columns[7];
            UpdatedByAdminId = columns[8];
            CreatedAt = columns[9];
            UpdatedAt = columns[10];
            ExecutionResultsUrl = columns[11];
            CreatedAtTime = Number.TimeOrNull(Number.OrNull(columns[12]));
            UpdatedAtTime = Number.TimeOrNull(Number.OrNull(columns[13]));
            StateCode = (ConnectorState?)Number.OrNull(columns[14]);
            HttpMethodCode = (ConnectorHttpMethod?)Number.OrNull(columns[15]);
            Json = columns[16];
        }

        /// <summary>The type of the row: "data_connector".</summary>
        public string Type { get; }
        /// <summary>The unique id, digits.</summary>
        public string Id { get; }
        /// <summary>The name.</summary>
        public string Name { get; }
        /// <summary>What it does.</summary>
        public string Description { get; }
        /// <summary>"draft" or "live"; other values may come.</summary>
        public string State { get; }
        /// <summary>The method of the request that it makes, such as "get"; other values may come.</summary>
        public string HttpMethod { get; }
        /// <summary>Whether it is assigned to Fin for direct usage.</summary>
        public bool? DirectFinUsage { get; }
        /// <summary>The id of the admin who created it.</summary>
        public string CreatedByAdminId { get; }
        /// <summary>The id of the admin who last updated it.</summary>
        public string UpdatedByAdminId { get; }
        /// <summary>When it was created, as the service writes it.</summary>
        public string CreatedAt { get; }
        /// <summary>When it was last updated, as the service writes it.</summary>
        public string UpdatedAt { get; }
        /// <summary>The path of its execution results.</summary>
        public string ExecutionResultsUrl { get; }
        /// <summary>The row as the service sent it, with fields that no document names.</summary>
        public string Json { get; }
        /// <summary><see cref="State"/> as a number.</summary>
        public ConnectorState? StateCode { get; }
        /// <summary><see cref="HttpMethod"/> as a number.</summary>
        public ConnectorHttpMethod? HttpMethodCode { get; }
        /// <summary><see cref="CreatedAt"/> in UTC; null also if it is no time, before 1970, or beyond 9999.</summary>
        public DateTimeOffset? CreatedAtTime { get; }
        /// <summary><see cref="UpdatedAt"/> in the same way.</summary>
        public DateTimeOffset? UpdatedAtTime { get; }

        /// <summary>The rows of a page, decoded from its packed rows, without a call per row.</summary>
        internal static List<Connector> All(Native lib, PageHandle page)
        {
            const byte absent = 0xFD, columnEnds = 0xFE, betweenRows = 0xFF;
            var rows = new List<Connector>();
            IntPtr start = lib.dc_page_packed_rows(page, Native.PackedSeparated, out UIntPtr length);
            byte[] packed = Text.Bytes(start, length);
            if (packed.Length == 0)
                return rows;
            var columns = new List<string>();
            int from = 0;
            for (int at = 0; at <= packed.Length; at++)
            {
                bool rowEnds = at == packed.Length || packed[at] == betweenRows;
                if (!rowEnds && packed[at] != columnEnds)
                    continue;
                bool isAbsent = at > from && packed[from] == absent;
                columns.Add(isAbsent ? null : Encoding.UTF8.GetString(packed, from, at - from));
                from = at + 1;
                if (!rowEnds)
                    continue;
                rows.Add(new Connector(columns));
                columns.Clear();
            }
            return rows;
        }
    }

    internal static class Number
    {
        /// <summary>An int32_t argument; a number that doesn't fit is refused, not truncated.</summary>
        internal static int Int32(long value, string name, string range)
        {
            if (value < int.MinValue || value > int.MaxValue)
                throw new DataConnectorsException($"invalid {name} {value}: use {range}");
            return (int)value;
        }

        /// <summary>An integer as the value of an option.</summary>
        internal static string Decimal(long? value) => value?.ToString(CultureInfo.InvariantCulture);

        /// <summary>An integer of the packed rows.</summary>
        internal static long? OrNull(string digits) =>
            digits == null ? (long?)null : long.Parse(digits, CultureInfo.InvariantCulture);

        /// <summary>A number of C's, in which a negative one is absent.</summary>
        internal static long? OrNull(long value) => value < 0 ? (long?)null : value;

        /// <summary>A time; null also for one beyond .NET's last, in the year 9999 (UTC).</summary>
        internal static DateTimeOffset? TimeOrNull(long? milliseconds) =>
            milliseconds == null || milliseconds > LastTime
                ? (DateTimeOffset?)null
                : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value);

        private static readonly long LastTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    }

    /// <summary>Texts to C and back, by hand: what runtimes have for it differs, and takes half surrogates.</summary>
    internal static class Text
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

        /// <summary>A text as NUL-terminated UTF-8; null stays null. It is not repeated in a message.</summary>
        internal static byte[] In(string value, string name)
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

        /// <summary>A copy of a text that ends in a NUL; null for NULL.</summary>
        internal static string Out(IntPtr text)
        {
            if (text == IntPtr.Zero)
                return null;
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
                length++;
            return Encoding.UTF8.GetString(Bytes(text, (UIntPtr)(uint)length));
        }

        /// <summary>A copy of so many bytes.</summary>
        internal static byte[] Bytes(IntPtr start, UIntPtr length)
        {
            var copy = new byte[checked((int)length)];
            Marshal.Copy(start, copy, 0, copy.Length);
            return copy;
        }
    }

    /// <summary>A handle of the library's. A call that has it keeps it, whoever disposes of it meanwhile.</summary>
    internal abstract class Handle : SafeHandle
    {
        protected Handle() : base(IntPtr.Zero, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        protected abstract Native.Free Free { get; }

        protected override bool ReleaseHandle()
        {
            Free(handle);
            return true;
        }
    }

    internal sealed class ErrorHandle : Handle
    {
        protected override Native.Free Free => Native.Library.dc_error_free;
    }

    internal sealed class ConfigHandle : Handle
    {
        protected override Native.Free Free => Native.Library.dc_config_free;
    }

    internal sealed class ClientHandle : Handle
    {
        protected override Native.Free Free => Native.Library.dc_client_free;
    }

    internal sealed class PagerHandle : Handle
    {
        protected override Native.Free Free => Native.Library.dc_pager_free;
    }

    internal sealed class PageHandle : Handle
    {
        protected override Native.Free Free => Native.Library.dc_page_free;
    }

    internal sealed class CancelHandle : Handle
    {
        protected override Native.Free Free => Native.Library.dc_cancel_token_free;

        /// <summary>A handle for a call; NULL, which costs nothing, for a token that can't be cancelled.</summary>
        internal static CancelHandle For(CancellationToken token)
        {
            if (!token.CanBeCanceled)
                return new CancelHandle();
            Status status = Native.Library.dc_cancel_token_new(out CancelHandle handle, out ErrorHandle error);
            DataConnectorsException.Check(status, error);
            return handle;
        }

        internal void Cancel() => Native.Library.dc_cancel_token_cancel(this);
    }

    /// <summary>The library's functions, by their names in its header; a test compares the types.</summary>
    /// <remarks>
    /// They are delegates, looked up in the one file that was opened: DllImport takes no path at run time on Mono, and
    /// goes by rules of its own (maps, the assembly's folder), by which it could find another copy.
    /// </remarks>
    internal sealed class Native
    {
        internal const int AbiVersion = 1;
        internal const int PackedSeparated = 2;
        private const string Variable = "DATA_CONNECTORS_LIBRARY";
        private const string SystemName = "libdata_connectors.so.1";

        // A library that wasn't found is looked for again by the next client.
        private static readonly Lazy<Native> Loaded =
            new Lazy<Native>(() => new Native(), LazyThreadSafetyMode.PublicationOnly);

        internal static Native Library => Loaded.Value;

        // The lifetime of what goes in is the marshaller's: it holds a SafeHandle, and pins a byte[], during the call.
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr GetText();
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int GetInt32();
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate ConfigHandle NewConfig();
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate Status SetString(ConfigHandle config, byte[] option, byte[] value, out ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate Status NewClient(ConfigHandle config, out ClientHandle client, out ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void ClientAction(ClientHandle client);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate Status ListPage(
            ClientHandle client, int perPage, byte[] startingAfter, CancelHandle cancel, out PageHandle page,
            out ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate Status NewPager(
            ClientHandle client, int perPage, byte[] startingAfter, out PagerHandle pager, out ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate Status SetPager(PagerHandle pager, int value, out ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate Status NextPage(
            PagerHandle pager, CancelHandle cancel, out PageHandle page, out ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr PagerText(PagerHandle pager);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate Status NewCancel(out CancelHandle cancel, out ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void CancelAction(CancelHandle cancel);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr StatusText(Status status);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr ErrorText(ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int ErrorInt32(ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate long ErrorInt64(ErrorHandle error);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void ErrorLimits(ErrorHandle error, out long limit, out long remaining, out long reset);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr PageText(PageHandle page);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate UIntPtr PageSize(PageHandle page);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int PageInt32(PageHandle page);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void PageLimits(PageHandle page, out long limit, out long remaining, out long reset);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate IntPtr PageRows(PageHandle page, int format, out UIntPtr length);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void Free(IntPtr handle);

#pragma warning disable CS0649 // they are set by reflection, in the constructor
        internal GetText dc_version;
        internal GetInt32 dc_abi_version;
        internal StatusText dc_status_name;
        internal ErrorText dc_error_message, dc_error_api_code, dc_error_api_field, dc_error_request_id;
        internal ErrorInt32 dc_error_http_status, dc_error_attempts;
        internal ErrorInt64 dc_error_retry_after_ms;
        internal ErrorLimits dc_error_rate_limit;
        internal Free dc_error_free;
        internal NewConfig dc_config_new;
        internal SetString dc_config_set_string;
        internal Free dc_config_free;
        internal NewClient dc_client_new;
        internal ClientAction dc_client_shutdown;
        internal Free dc_client_free;
        internal NewCancel dc_cancel_token_new;
        internal CancelAction dc_cancel_token_cancel;
        internal Free dc_cancel_token_free;
        internal ListPage dc_list_page;
        internal NewPager dc_pager_new;
        internal SetPager dc_pager_set_prefetch;
        internal NextPage dc_pager_next;
        internal PagerText dc_pager_cursor;
        internal Free dc_pager_free;
        internal PageText dc_page_json;
        internal PageSize dc_page_json_len;
        internal PageRows dc_page_packed_rows;
        internal PageText dc_page_next_cursor, dc_page_request_id;
        internal PageInt32 dc_page_has_next;
        internal PageLimits dc_page_rate_limit;
        internal Free dc_page_free;
#pragma warning restore CS0649

        private Native()
        {
            string path = Environment.GetEnvironmentVariable(Variable);
            string name = string.IsNullOrEmpty(path) ? SystemName : Path.GetFullPath(path);
            string remedy = $": install libdata_connectors, or set {Variable} to the path of its file";
            IntPtr library = Loader.Open(name, out string reason);
            if (library == IntPtr.Zero)
                throw new DllNotFoundException($"{name} can't be loaded ({reason}){remedy}");

            // First of all: with another version the other functions may have other types.
            IntPtr version = Loader.Symbol(library, nameof(dc_abi_version));
            if (version == IntPtr.Zero)
                throw new DllNotFoundException($"{name} is not libdata_connectors (no dc_abi_version){remedy}");
            int has = Marshal.GetDelegateForFunctionPointer<GetInt32>(version)();
            if (has != AbiVersion)
                throw new DllNotFoundException($"{name} has ABI version {has}, and {AbiVersion} is needed{remedy}");

            foreach (FieldInfo field in GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
            {
                IntPtr function = Loader.Symbol(library, field.Name);
                if (function == IntPtr.Zero)
                    throw new DllNotFoundException($"{name} is older than this wrapper: it lacks {field.Name}{remedy}");
                field.SetValue(this, Marshal.GetDelegateForFunctionPointer(function, field.FieldType));
            }
        }
    }

    /// <summary>The system's loader. The library is never closed: handles are freed until the process ends.</summary>
    internal static class Loader
    {
#if NETCOREAPP
        internal static IntPtr Open(string name, out string reason)
        {
            reason = null;
            try
            {
                return NativeLibrary.Load(name);
            }
            catch (Exception error) when (error is DllNotFoundException || error is BadImageFormatException)
            {
                reason = error.Message;
                return IntPtr.Zero;
            }
        }

        internal static IntPtr Symbol(IntPtr library, string name) =>
            NativeLibrary.TryGetExport(library, name, out IntPtr symbol) ? symbol : IntPtr.Zero;
#else
        private const int Now = 2;

        internal static IntPtr Open(string name, out string reason)
        {
            // Mono binds a function at its first call, and would lose the reason if it did so behind a failure.
            dlerror();
            IntPtr library = dlopen(Text.In(name, "the library's path"), Now);
            reason = library == IntPtr.Zero ? Text.Out(dlerror()) : null;
            return library;
        }

        internal static IntPtr Symbol(IntPtr library, string name) => dlsym(library, Text.In(name, "a name"));

        [DllImport("libdl.so.2")]
        private static extern IntPtr dlopen(byte[] path, int flags);

        [DllImport("libdl.so.2")]
        private static extern IntPtr dlsym(IntPtr library, byte[] name);

        [DllImport("libdl.so.2")]
        private static extern IntPtr dlerror();
#endif
    }
}
