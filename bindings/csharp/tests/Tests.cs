// Tests beyond the conformance cases: declarations, loading the library, closing, secrets, logging, leaks.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Script.Serialization;
using DataConnectors;
using static Support;

internal static class Tests
{
    private static int Main(string[] arguments)
    {
        AbiFolder = arguments[0];
        Sandbox.Program = arguments[1];
        int failed = 0;
        foreach (Action test in new Action[]
        {
            Declarations.FunctionsMatchTheHeader, Declarations.ConstantsMatchTheHeader,
            Declarations.ColumnsMatchTheHeader, Declarations.PropertiesAreOptionsOfTheHeader,
            ReportsAMissingOrIncompatibleLibrary, EachSystemHasItsFileName, FirstProgramListsConnectors,
            RejectsInvalidOptionsAndArguments, RejectsOptionsThatReplaceEachOther, OptionsCanBeSetByName,
            AccessTokenIsNotKept, ClosedObjectsRejectCalls, ClosesDuringCalls, CallsFinishAfterClose, ShutdownCancelsCalls,
            CancelsATask, PagesContinueAfterAFailure, LogsToTheLogger, SnapshotsOutliveTheirClient,
            ClosedSnapshotsRejectCalls, ConnectorsOfAClosedSnapshotStayReadable, RejectsNegativeArgumentsOfSnapshots,
            ClosesDuringUseOfASnapshot, CancelsASnapshotThatWaits, DoesNotLeak,
        })
        {
            try
            {
                test();
                Console.WriteLine("ok " + test.Method.Name);
            }
            catch (Exception error)
            {
                failed++;
                Console.WriteLine($"not ok {test.Method.Name}: {error}");
            }
        }
        return failed == 0 ? 0 : 1;
    }

    private static void ReportsAMissingOrIncompatibleLibrary()
    {
        Func<string, string> load = library =>
        {
            string output = RunFirstProgram("", library, out int exitStatus);
            True(exitStatus != 0, "a failure");
            return output;
        };
        Contains(load("/no/such.so"), "could not load /no/such.so (", "cannot open",
            "): check DATA_CONNECTORS_LIBRARY");
        string file = Path.Combine(Folder, "text.so");
        File.WriteAllText(file, "not a library");
        Contains(load(file), "could not load " + file + " (", "): check DATA_CONNECTORS_LIBRARY");
        Contains(load(Compile("other", "int other;")), "is not libdata_connectors (it has no dc_abi_version)");
        Contains(load(Compile("later", "int dc_abi_version(void) { return 2; }")), "has ABI version 2, this package requires 1: install matching versions");
        Contains(load(Compile("older", "int dc_abi_version(void) { return 1; }")), "has no dc_", "(older than this package)");
        string packaged = Path.Combine(Folder, "libdata_connectors.so.1");
        try
        {
            File.WriteAllText(packaged, "not a library");
            Contains(load(""), "could not load " + packaged + " (", "): reinstall the package");
            File.Copy(Library, packaged, true);
            Contains(RunFirstProgram("ftp://127.0.0.1", "", out int _), "invalid base_url"); // loaded
        }
        finally
        {
            File.Delete(packaged);
        }
    }

    private static void EachSystemHasItsFileName()
    {
        Func<OSPlatform, string> name = system => Native.FileName(system.Equals);
        Equal(name(OSPlatform.Linux), "libdata_connectors.so.1");
        Equal(name(OSPlatform.OSX), "libdata_connectors.1.dylib");
        Equal(name(OSPlatform.Windows), "data_connectors.dll");
    }

    private static void FirstProgramListsConnectors()
    {
        using (var server = new Sandbox("--connectors 137"))
        {
            string output = RunFirstProgram(server.Url, Library, out int exitStatus);
            Equal(output.Split('\n').Length, 138); // the last line ends with a line break
            Equal(exitStatus, 0);
        }
        Contains(RunFirstProgram("ftp://127.0.0.1", Library, out int failed), "invalid base_url");
        Equal(failed, 1);
    }

    private static void RejectsInvalidOptionsAndArguments()
    {
        Contains(Rejected(() => new Client(new ClientOptions { AccessToken = AccessToken + "\0x" })),
            "invalid access_token: contains a NUL");
        Contains(Rejected(new ClientOptions { Proxy = "\ud83d" }), "invalid proxy: contains an unpaired surrogate");
        Contains(Rejected(new ClientOptions { MaxRetries = 1L << 32 }), "4294967296", "0 to 10");
        using (Client client = NewClient("http://127.0.0.1:1"))
        {
            Contains(Rejected(() => client.List(perPage: 1L << 32)), "invalid per_page 4294967296", "1 to 50");
            Contains(Rejected(() => client.List(perPage: 51)), "51", "1 to 50");
        }
    }

    private static void RejectsOptionsThatReplaceEachOther()
    {
        Contains(Rejected(new ClientOptions { Region = "eu", BaseUrl = "https://a" }), "region and base_url replace");
        Contains(Rejected(new ClientOptions { CaFile = "a", SystemRoots = true }), "ca_file", "one of them");
        Contains(Rejected(new ClientOptions { CaFile = "/no/such", SystemRoots = false }), "could not read ca_file");
        Contains(Rejected(new ClientOptions { ClientCertificateFile = "/no" }), "could not read client_certificate_file");
        Contains(Rejected(new ClientOptions { ClientKeyFile = "/no" }), "could not read client_key_file");
        Contains(Rejected(new ClientOptions { ["region"] = "eu", BaseUrl = "https://a" }), "one of them");
    }

    private static void OptionsCanBeSetByName()
    {
        Contains(Rejected(new ClientOptions { ["timeout_ms"] = "x" }), "invalid timeout_ms \"x\"");
        Contains(Rejected(new ClientOptions { ["timeout_m"] = "1" }), "did you mean timeout_ms?");
        using (new Client(new ClientOptions { AccessToken = "any", TimeoutMs = 0, ["timeout_ms"] = null }))
        {
        }
    }

    private static void AccessTokenIsNotKept()
    {
        var options = new ClientOptions { AccessToken = AccessToken, BaseUrl = "http://127.0.0.1:1", MaxRetries = 0 };
        string output = options + new JavaScriptSerializer().Serialize(options);
        using (var client = new Client(options))
        {
            output += client + new JavaScriptSerializer().Serialize(client);
            PageIterator pages = client.Pages();
            DataConnectorsException error = Rejected(() => pages.MoveNext());
            output += error.ToString() + new JavaScriptSerializer().Serialize(error.RateLimit);
            foreach (string text in new object[] { client, pages, error, output }.SelectMany(Strings))
                True(!text.Contains(AccessToken), "no access token in: " + text);
            True(Strings(options).Contains(AccessToken), "Strings() finds the access token in the options");
        }
    }

    private static void ClosedObjectsRejectCalls()
    {
        Client client = NewClient("http://127.0.0.1:1");
        IEnumerable<Connector> list = client.List();
        PageIterator pages = client.Pages(), closed = client.Pages();
        closed.Dispose();
        closed.Dispose();
        Contains(Throws<ObjectDisposedException>(() => closed.MoveNext()), "the iterator is closed");
        client.Dispose();
        client.Dispose();
        foreach (Action use in new Action[]
        {
            () => client.ListPage(), () => client.List(), client.Shutdown, () => list.First(), () => pages.MoveNext(),
        })
            Contains(Throws<ObjectDisposedException>(use), "the client is closed");
    }

    private static void ClosesDuringCalls()
    {
        using (var server = new Sandbox("--connectors 1000"))
            for (int round = 0; round < 100; round++)
            {
                Client client = NewClient(server.Url);
                PageIterator pages = client.Pages(perPage: 1);
                Exception[] errors = new Exception[4];
                var listed = new CountdownEvent(errors.Length); // until each thread has listed a page
                Thread[] threads = Enumerable.Range(0, errors.Length).Select(at => new Thread(() =>
                {
                    bool isFirst = true;
                    while (errors[at] == null)
                    {
                        errors[at] = Caught(() =>
                        {
                            if (at % 2 == 0 || !pages.MoveNext())
                                client.ListPage(perPage: 1);
                        });
                        if (isFirst)
                            listed.Signal();
                        True(!isFirst || errors[at] == null, "a page before closing: " + errors[at]);
                        isFirst = false;
                    }
                })).ToArray();
                Array.ForEach(threads, thread => thread.Start());
                listed.Wait();
                pages.Dispose();
                client.Dispose();
                Array.ForEach(threads, thread => thread.Join());
                foreach (Exception error in errors)
                    True(error is ObjectDisposedException && error.Message.Contains("closed"), "closed: " + error);
            }
    }

    private static void CallsFinishAfterClose()
    {
        using (var server = new Responses("200 OK\n{\"data\":[{},{},{}]}") { HoldsResponses = true })
        {
            Client client = NewClient(server.Url);
            PageIterator pages = client.Pages();
            Task<Page> page = Task.Run(() => client.ListPage());
            Task<bool> next = Task.Run(() => pages.MoveNext());
            server.AwaitRequests(2);
            pages.Dispose();
            client.Dispose();
            Contains(Throws<ObjectDisposedException>(() => client.ListPage()), "closed");
            True(!page.IsCompleted && !next.IsCompleted, "the calls continue");
            server.HoldsResponses = false;
            Equal(page.Result.Connectors.Count, 3);
            True(next.Result && pages.Current.Connectors.Count == 3, "a page");
        }
    }

    private static void ShutdownCancelsCalls()
    {
        using (var server = new Responses((string)null))
        using (Client client = NewClient(server.Url))
        {
            Task<Page> page = Task.Run(() => client.ListPage());
            server.AwaitRequests(1);
            client.Shutdown();
            var error = Throws<AggregateException>(page.Wait).InnerException as DataConnectorsException;
            Equal(error?.Status, Status.Cancelled);
            Equal(Rejected(() => client.ListPage()).Status, Status.Cancelled);
        }
    }

    private static void CancelsATask()
    {
        using (var server = new Responses((string)null))
        using (Client client = NewClient(server.Url))
        using (var source = new CancellationTokenSource())
        {
            Task<Page> task = Task.Run(() => client.ListPage(cancellationToken: source.Token), source.Token);
            server.AwaitRequests(1);
            source.Cancel();
            Throws<AggregateException>(task.Wait);
            True(task.IsCanceled, "the task is cancelled: " + task.Status);
        }
    }

    private static void PagesContinueAfterAFailure()
    {
        string first = "200 OK\n{\"data\":[{\"id\":\"1\"}],\"pages\":{\"next\":{\"starting_after\":\"c1\"}}}";
        string failure = "500 No\n{\"type\":\"error.list\",\"request_id\":\"req-7\",\"errors\":[{\"code\":\"x\"}]}";
        using (var server = new Responses(first, failure, "200 OK\n{\"data\":[{\"id\":\"2\"}]}"))
        using (Client client = NewClient(server.Url))
        using (PageIterator pages = client.Pages())
        {
            True(pages.MoveNext(), "the first page");
            DataConnectorsException error = Rejected(() => pages.MoveNext());
            Equal(error.HttpStatus, 500);
            Contains(error, "(request id req-7)");
            Equal(pages.Cursor, "c1");
            True(pages.MoveNext(), "the second page");
            Equal(pages.Current.Connectors.Single().Id, "2");
            True(!pages.MoveNext() && !pages.MoveNext() && pages.Current == null && pages.Cursor == null, "the end");
        }
    }

    private static void LogsToTheLogger()
    {
        var lines = new List<string>();
        using (var server = new Responses("200 OK\n{\"data\":[]}"))
        {
            var options = new ClientOptions { AccessToken = AccessToken, BaseUrl = server.Url, MaxRetries = 0 };
            options.Logger = (level, line) => lines.Add($"{level}: {line}");
            using (var client = new Client(options))
                client.ListPage();
            True(lines.Count > 0 && lines.All(line => line.StartsWith("Info: ")), string.Join("\n", lines));
            options.LogLevel = LogLevel.Debug;
            options.Logger = (level, line) => throw new InvalidOperationException(lines[0] = $"{level}: {line}");
            using (var client = new Client(options))
                client.ListPage();
            Contains(string.Join("\n", lines), "Info: ");
            options.LogLevel = (LogLevel)9;
            Contains(Rejected(() => new Client(options)), "invalid log level 9");
        }
    }

    private static void SnapshotsOutliveTheirClient()
    {
        using (var server = new Sandbox("--connectors 10000"))
        {
            Client client = NewClient(server.Url);
            Snapshot snapshot = client.Snapshot();
            client.Dispose();
            using (Snapshot loaded = Snapshot.Load(snapshot.Json))
            {
                snapshot.Dispose();
                Equal(loaded.Connectors.Count, 10000);
                True(loaded.IsComplete && loaded.Connectors == loaded.Connectors, "rows that are decoded once");
                Equal(loaded.Diff(loaded), "{\"added\":[],\"changed\":[],\"removed\":[]}");
                Contains(Rejected(() => Snapshot.Load(loaded.Json + "\0")), "invalid json: contains a NUL");
            }
        }
    }

    private static void ClosedSnapshotsRejectCalls()
    {
        using (var server = new Sandbox("--connectors 3"))
        using (Client client = NewClient(server.Url))
        using (Snapshot open = client.Snapshot(), closed = client.Snapshot())
        {
            closed.Dispose();
            closed.Dispose();
            foreach (Action use in new Action[]
            {
                () => closed.Connectors.ToString(), () => closed.Json.ToString(), () => closed.Diff(open),
                () => open.Diff(closed), () => client.Snapshot(closed),
            })
                Contains(Throws<ObjectDisposedException>(use), "the snapshot is closed");
            True(closed.IsComplete, "a state");
        }
    }

    private static void ConnectorsOfAClosedSnapshotStayReadable()
    {
        using (var server = new Sandbox("--connectors 3"))
        using (Client client = NewClient(server.Url))
        using (Snapshot snapshot = client.Snapshot())
        {
            IReadOnlyList<Connector> connectors = snapshot.Connectors;
            snapshot.Dispose();
            True(snapshot.Connectors == connectors && connectors.Count == 3, "the decoded connectors");
            Throws<ObjectDisposedException>(() => snapshot.Json.ToString());
        }
    }

    private static void RejectsNegativeArgumentsOfSnapshots()
    {
        using (Client client = NewClient("http://127.0.0.1:9"))
        {
            Contains(Rejected(() => client.Snapshot(overlapMs: -1)), "invalid overlap -1 ms: use 0 to 3600000");
            Contains(Rejected(() => client.Snapshot(maxPasses: -1)), "invalid max_passes -1: use 1 to 1000");
            Contains(Rejected(() => client.Snapshot(timeoutMs: -1)), "invalid timeout -1 ms: use 1 to 86400000");
        }
    }

    private static void ClosesDuringUseOfASnapshot()
    {
        using (var server = new Sandbox("--connectors 3"))
        using (Client client = NewClient(server.Url))
        {
            Snapshot snapshot = client.Snapshot();
            Handle handle = snapshot.Open();
            bool isFreed = snapshot.UsePage(page =>
            {
                snapshot.Dispose();
                return handle.IsClosed;
            });
            True(!isFreed && handle.IsClosed, "a snapshot that is freed after its use");
        }
    }

    private static void CancelsASnapshotThatWaits()
    {
        // All connectors of the first page are new: it waits until they are older than the overlap.
        using (var server = new Sandbox(string.Concat(Enumerable.Repeat("--change-before=1:create ", 50))))
        using (Client client = NewClient(server.Url))
        using (var source = new CancellationTokenSource())
        {
            Task<Snapshot> task = Task.Run(() => client.Snapshot(cancellationToken: source.Token), source.Token);
            True(!task.Wait(500), "a snapshot that waits");
            var clock = Stopwatch.StartNew();
            source.Cancel();
            Throws<AggregateException>(task.Wait);
            True(task.IsCanceled && clock.ElapsedMilliseconds < 5000, "the task is cancelled: " + task.Status);
        }
    }

    private static void DoesNotLeak()
    {
        var options = new ClientOptions { AccessToken = AccessToken, Logger = (level, line) => { } };
        using (var server = new Sandbox("--connectors 1000"))
        using (Client client = NewClient(server.Url))
        using (var source = new CancellationTokenSource())
        using (Snapshot older = client.Snapshot())
        {
            string stored = older.Json.Replace("\"name\":\"", "\"name\":\"new ");
            int count = 0;
            Action<int> use = most =>
            {
                for (int end = count + most; count < end;)
                {
                    CancellationToken token = count % 100 == 0 ? source.Token : CancellationToken.None;
                    foreach (Page page in client.Pages(5, null, count % 150 == 0, token))
                        if (++count % 25 == 0 || count == end)
                            break; // possibly during a prefetch
                    Rejected(() => client.ListPage(51));
                    client.List().First();
                    new Client(options);
                    if (count % 250 == 0)
                        Snapshot.Load(stored).Diff(older);
                }
                GC.Collect();
                GC.WaitForPendingFinalizers();
            };
            use(2000);
            long memory = Memory(), descriptors = Descriptors();
            var clock = Stopwatch.StartNew();
            use(20000);
            Console.WriteLine($"# 20000 pages in {clock.ElapsedMilliseconds} ms: RSS {memory} KiB before, "
                + $"{Memory()} KiB after; descriptors {descriptors} before, {Descriptors()} after");
            True(Memory() - memory < 32768, "memory does not grow");
            True(Descriptors() - descriptors < 3, "descriptors are closed");
        }
    }
}
