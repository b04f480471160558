// What tests/conformance can't say: the table of functions, a library that isn't there, handles, secrets, memory.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
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
            Table.FunctionsAreTheHeaders, Table.NumbersAreTheHeaders, ALibraryThatIsMissingOrWrong, TheProgram,
            WhatCWouldCutShort, EitherOfAPair, TheTokenIsNowhere, WhatIsClosedSaysSo,
            ClosingDuringCalls, AClosedClientTakesNoNewCall, ATaskIsCancelled, AWalkGoesOn, NothingLeaks,
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

    private static void ALibraryThatIsMissingOrWrong()
    {
        Says(Listed("/no/such.so"), "/no/such.so", "cannot open", "install", "DATA_CONNECTORS_LIBRARY");
        string file = Path.Combine(Folder, "header.txt");
        File.WriteAllText(file, "no library");
        Says(Listed(file), file, "can't be loaded", "DATA_CONNECTORS_LIBRARY");
        Says(Listed(Compiled("other", "int other;")), "not libdata_connectors", "dc_abi_version");
        Says(Listed(Compiled("later", "int dc_abi_version(void) { return 2; }")), "ABI version 2", "1 is needed");
        Says(Listed(Compiled("older", "int dc_abi_version(void) { return 1; }")), "older", "lacks dc_");
    }

    private static void TheProgram()
    {
        using (var server = new Sandbox("--connectors 137"))
        {
            string output = RunProgram($"--base-url {server.Url} --per-page 50", Library, out int code);
            Equal(output.Split('\n').Length, 138); // and what is behind the last line
            Equal(code, 0);
            Says(Listed(Library, $"--base-url {server.Url} --per-page 51"), "invalid per_page 51");
        }
    }

    private static void WhatCWouldCutShort()
    {
        Says(Refused(new ClientOptions { Token = Token + "\0x" }), "invalid access_token: contains a NUL");
        Says(Refused(new ClientOptions { Proxy = "http://\ud83d" }), "invalid proxy: contains an unpaired surrogate");
        Says(Refused(new ClientOptions { MaxRetries = 1L << 32 }), "4294967296", "0 to 10");
        Says(Refused(ByName("timeout_ms", "x")), "invalid timeout_ms \"x\": use an integer");
        Says(Refused(ByName("timeout_m", "1")), "did you mean timeout_ms?");
        using (Client client = NewClient("http://127.0.0.1:1"))
            Says(Refused(() => client.List(perPage: 1L << 32)), "invalid per_page 4294967296", "1 to 50");
    }

    private static void EitherOfAPair()
    {
        Says(Refused(new ClientOptions { Region = "eu", BaseUrl = "https://a" }), "one of them");
        Says(Refused(new ClientOptions { CaFile = "a", SystemRoots = true }), "one of them");
        ClientOptions options = ByName("region", "eu");
        options.BaseUrl = "https://a";
        Says(Refused(options), "one of them");
    }

    private static ClientOptions ByName(string name, string value)
    {
        var options = new ClientOptions();
        options.Set(name, value);
        return options;
    }

    private static void TheTokenIsNowhere()
    {
        var options = new ClientOptions { Token = Token, BaseUrl = "http://127.0.0.1:1", MaxRetries = 0 };
        string shown = options + new JavaScriptSerializer().Serialize(options);
        using (var client = new Client(options))
        {
            shown += client + new JavaScriptSerializer().Serialize(client);
            PageWalk walk = client.List().Pages();
            DataConnectorsException error = Refused(() => walk.MoveNext());
            shown += error.ToString() + new JavaScriptSerializer().Serialize(error.RateLimit);
            foreach (string text in Texts(client).Concat(Texts(walk)).Concat(Texts(error)).Concat(new[] { shown }))
                True(!text.Contains(Token), "the token is in: " + text);
            True(Texts(options).Contains(Token), "the search finds what is there");
        }
    }

    private static void WhatIsClosedSaysSo()
    {
        Client client = NewClient("http://127.0.0.1:1");
        ConnectorList list = client.List();
        PageWalk walk = list.Pages(), closed = list.Pages();
        closed.Dispose();
        closed.Dispose();
        Says(Throws<ObjectDisposedException>(() => closed.MoveNext()), "the walk is closed");
        using (var server = new Answers("200 OK\n{\"data\":[{},{}]}"))
        using (Client other = NewClient(server.Url))
        {
            IEnumerator<Connector> rows = other.List().GetEnumerator();
            True(rows.MoveNext(), "the first of two rows");
            rows.Dispose();
            Says(Throws<ObjectDisposedException>(() => rows.MoveNext()), "the walk is closed");
        }
        client.Dispose();
        client.Dispose();
        foreach (Action use in new Action[]
        {
            () => client.ListPage(), () => client.List(), client.Shutdown, () => list.First(), () => walk.MoveNext(),
        })
            Says(Throws<ObjectDisposedException>(use), "the client is closed");
    }

    private static void ClosingDuringCalls()
    {
        using (var server = new Sandbox("--connectors 3"))
            for (int round = 0; round < 100; round++)
            {
                Client client = NewClient(server.Url);
                PageWalk walk = client.List(perPage: 1).Pages();
                Exception[] ends = new Exception[4];
                Thread[] threads = Enumerable.Range(0, ends.Length).Select(at => new Thread(() =>
                {
                    while (ends[at] == null)
                        ends[at] = Caught(() =>
                        {
                            if (at % 2 == 0)
                                client.ListPage();
                            else if (!walk.MoveNext())
                                throw new ObjectDisposedException(null, "its end, not yet closed");
                        });
                })).ToArray();
                Array.ForEach(threads, thread => thread.Start());
                Thread.Sleep(round % 10);
                walk.Dispose();
                client.Dispose();
                Array.ForEach(threads, thread => thread.Join());
                foreach (Exception end in ends)
                    True(end is ObjectDisposedException && end.Message.Contains("closed"), end.ToString());
            }
    }

    private static void AClosedClientTakesNoNewCall()
    {
        using (var server = new Answers((string)null))
        using (var stop = new CancellationTokenSource())
        {
            Client client = NewClient(server.Url);
            PageWalk walk = client.List(cancellationToken: stop.Token).Pages();
            Task page = Task.Run(() => client.ListPage(cancellationToken: stop.Token));
            Task step = Task.Run(() => walk.MoveNext());
            Thread.Sleep(200);
            walk.Dispose();
            client.Dispose();
            Says(Throws<ObjectDisposedException>(() => client.ListPage(cancellationToken: stop.Token)), "closed");
            True(!page.IsCompleted && !step.IsCompleted, "calls under way go on");
            stop.Cancel();
            foreach (Task ended in new[] { page, step })
                True(Throws<AggregateException>(ended.Wait).InnerException is OperationCanceledException, "cancelled");
        }
    }

    private static void ATaskIsCancelled()
    {
        using (var server = new Answers((string)null))
        using (Client client = NewClient(server.Url))
        using (var stop = new CancellationTokenSource(200))
        {
            Task<Page> task = Task.Run(() => client.ListPage(cancellationToken: stop.Token), stop.Token);
            Throws<AggregateException>(task.Wait);
            True(task.IsCanceled, "the task is cancelled: " + task.Status);
            // By a shutdown no token is meant: that is a failure.
            task = Task.Run(() => client.ListPage());
            Thread.Sleep(200);
            client.Shutdown();
            var failure = Throws<AggregateException>(task.Wait).InnerException as DataConnectorsException;
            Equal(failure?.Status, Status.Cancelled);
        }
    }

    private static void AWalkGoesOn()
    {
        string page = "200 OK\n{\"data\":[{\"id\":\"1\"}],\"pages\":{\"next\":{\"starting_after\":\"c1\"}}}";
        using (var server = new Answers(page, "500 No\n{}", "200 OK\n{\"data\":[{\"id\":\"2\"}]}"))
        using (Client client = NewClient(server.Url))
        using (IEnumerator<Connector> walk = client.List().GetEnumerator())
        {
            True(walk.MoveNext(), "the first");
            Equal(Refused(() => walk.MoveNext()).HttpStatus, 500);
            True(walk.MoveNext(), "the second");
            Equal(walk.Current.Id, "2");
            True(!walk.MoveNext() && !walk.MoveNext() && walk.Current == null, "its end");
        }
    }

    private static void NothingLeaks()
    {
        using (var server = new Sandbox("--connectors 1000"))
        using (Client client = NewClient(server.Url))
        using (var stop = new CancellationTokenSource())
        {
            int pages = 0;
            Action<int> use = most =>
            {
                for (int end = pages + most; pages < end;)
                {
                    CancellationToken token = pages % 100 == 0 ? stop.Token : CancellationToken.None;
                    foreach (Page page in client.List(5, null, pages % 150 == 0, token).Pages())
                        if (++pages % 25 == 0 || pages == end)
                            break; // a walk left early, perhaps with a page fetched ahead
                    Refused(() => client.ListPage(51));
                    client.List().First();
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
            True(Memory() - memory < 32768, "the memory grew");
            True(Descriptors() - descriptors < 3, "there are more descriptors");
        }
    }
}
