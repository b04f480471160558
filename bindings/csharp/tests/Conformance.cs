// Runs the cases of tests/conformance; its README.md describes them.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Web.Script.Serialization;
using DataConnectors;
using static ConformanceCheck;
using Case = System.Collections.Generic.Dictionary<string, object>;

internal static class Conformance
{
    private static readonly string[] Fields =
    {
        "name", "settings", "options", "call", "per_page", "starting_after", "prefetch", "stop_after", "then",
        "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect",
        "overlap_ms", "max_passes", "snapshot_timeout_ms", "stored",
    };

    private static void Main(string[] arguments)
    {
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        Console.SetOut(TextWriter.Synchronized(output));
        var json = new JavaScriptSerializer { MaxJsonLength = int.MaxValue };
        foreach (Case testCase in ((object[])json.DeserializeObject(File.ReadAllText(arguments[0]))).Cast<Case>())
        {
            try
            {
                Run(testCase);
                Console.WriteLine($"ok {testCase["name"]}");
            }
            catch (Exception error)
            {
                string reason = (error as UnexpectedException)?.Message ?? error.ToString();
                Console.WriteLine($"not ok {testCase["name"]}: {string.Join(" ", reason.Split('\r', '\n'))}");
            }
        }
    }

    private static void Run(Case testCase)
    {
        foreach (string unknown in testCase.Keys.Except(Fields))
            throw new UnexpectedException("unknown field " + unknown);
        Client client;
        try
        {
            ClientOptions options = OptionsOf((Case)testCase["settings"]);
            if (testCase.TryGetValue("options", out object named))
                foreach (KeyValuePair<string, object> option in (Case)named)
                    options[option.Key] = (string)option.Value;
            Print(new JavaScriptSerializer().Serialize(options));
            client = new Client(options);
        }
        catch (DataConnectorsException error)
        {
            Check(testCase, new Outcome { Error = error });
            return;
        }
        using (client)
        {
            Print(client + " " + new JavaScriptSerializer().Serialize(client));
            if (testCase.ContainsKey("closed"))
                client.Dispose();
            var outcomes = new Outcome[testCase.TryGetValue("callers", out object callers) ? (int)callers : 1];
            Thread[] threads = Enumerable.Range(0, outcomes.Length)
                .Select(at => new Thread(() => outcomes[at] = Call(testCase, client))).ToArray();
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            foreach (Outcome outcome in outcomes)
                Check(testCase, outcome);
        }
    }

    private static ClientOptions OptionsOf(Case settings)
    {
        var options = new ClientOptions();
        foreach (KeyValuePair<string, object> setting in settings)
        {
            string name = setting.Key == "token" ? "access_token" : setting.Key;
            PropertyInfo property = typeof(ClientOptions).GetProperty(PascalCase(name));
            object value = setting.Value is int number ? (long)number : setting.Value;
            if (property == null)
                options[name] = value.ToString();
            else
                property.SetValue(options, value);
        }
        return options;
    }

    private static Outcome Call(Case testCase, Client client)
    {
        var outcome = new Outcome();
        var timers = new List<Timer>();
        using (var source = new CancellationTokenSource())
        {
            Action<string, Action> schedule = (field, action) =>
            {
                if (!testCase.TryGetValue(field, out object milliseconds))
                    return;
                if ((int)milliseconds == 0)
                    action();
                else
                    timers.Add(new Timer(_ => action(), null, (int)milliseconds, Timeout.Infinite));
            };
            schedule("cancel_after_ms", source.Cancel);
            schedule("shutdown_after_ms", client.Shutdown);
            var clock = Stopwatch.StartNew();
            try
            {
                Perform(testCase, client, source.Token, outcome);
            }
            catch (Exception error)
            {
                outcome.Error = error;
            }
            outcome.DurationMs = clock.ElapsedMilliseconds;
            foreach (Timer timer in timers)
            {
                // Its callback may be running, and uses the source.
                var disposed = new ManualResetEvent(false);
                timer.Dispose(disposed);
                disposed.WaitOne();
            }
        }
        return outcome;
    }

    private static void Perform(Case testCase, Client client, CancellationToken token, Outcome outcome)
    {
        long perPage = testCase.TryGetValue("per_page", out object rows) ? Convert.ToInt64(rows) : 0;
        string after = testCase.TryGetValue("starting_after", out object cursor) ? (string)cursor : null;
        bool prefetch = testCase.TryGetValue("prefetch", out object enabled) && (bool)enabled;
        int most = testCase.TryGetValue("stop_after", out object stopAfter) ? (int)stopAfter : int.MaxValue;
        string then = testCase.TryGetValue("then", out object next) ? (string)next : null;
        if (!new[] { null, "resume", "continue", "store", "refresh", "again" }.Contains(then))
            throw new UnexpectedException("unknown value of then: " + then);
        switch ((string)testCase["call"])
        {
            case "client":
                break;
            case "page":
                outcome.Add(client.ListPage(perPage, after, token));
                break;
            case "connectors":
                foreach (Connector connector in client.List(perPage, after, prefetch, token))
                {
                    outcome.Rows.Add(connector);
                    if (outcome.Rows.Count == most)
                        break;
                }
                break;
            case "pages":
                using (PageIterator pages = client.Pages(perPage, after, prefetch, token))
                {
                    try
                    {
                        AddPages(pages, most, outcome);
                    }
                    catch (DataConnectorsException error) when (then == "continue")
                    {
                        outcome.Error = error;
                        AddPages(pages, int.MaxValue, outcome);
                    }
                    if (then == "resume")
                        AddPages(client.Pages(perPage, pages.Cursor, prefetch, token), int.MaxValue, outcome);
                }
                break;
            case "snapshot":
            case "load":
                TakeSnapshots(testCase, then, client, token, outcome);
                break;
            default:
                throw new UnexpectedException("unknown call " + testCase["call"]);
        }
    }

    private static void TakeSnapshots(
        Case testCase, string then, Client client, CancellationToken token, Outcome outcome)
    {
        Func<string, int?> number = field => testCase.TryGetValue(field, out object value) ? (int)value : (int?)null;
        Func<Snapshot, Snapshot> take = previous => client.Snapshot(
            previous, number("overlap_ms"), number("max_passes"), number("snapshot_timeout_ms"), token);
        using (Snapshot first = (string)testCase["call"] == "load"
            ? Snapshot.Load((string)testCase["stored"])
            : take(null))
        using (Snapshot last = then == "store" ? Snapshot.Load(first.Json)
            : then == "refresh" ? take(first)
            : then == "again" ? take(null)
            : first)
        {
            outcome.Snapshot = last;
            outcome.Stored = last.Json;
            outcome.Diff = last.Diff(first);
            outcome.Rows.AddRange(last.Connectors);
        }
    }

    private static void AddPages(PageIterator pages, int most, Outcome outcome)
    {
        for (int count = 0; count < most && pages.MoveNext(); count++)
            outcome.Add(pages.Current);
    }

    internal static string PascalCase(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

    internal static void Print(string text)
    {
        foreach (string line in text.Split('\n'))
            Console.WriteLine("# " + line);
    }
}
