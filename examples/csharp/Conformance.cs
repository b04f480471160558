// Performs the cases of tests/conformance, and says of each what became of it; README.md there has the format.

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
using Case = System.Collections.Generic.Dictionary<string, object>;

internal static class Conformance
{
    private static readonly string[] Fields =
    {
        "name", "settings", "call", "per_page", "starting_after", "prefetch", "stop_after", "then", "cancel_after_ms",
        "shutdown_after_ms", "closed", "callers", "expect",
    };

    /// <summary>What a call gave, and how it ended.</summary>
    private sealed class Outcome
    {
        internal readonly List<Connector> Rows = new List<Connector>();
        internal readonly List<Page> Pages = new List<Page>();
        internal Exception Error;
        internal long TookMs;

        internal void Take(Page page)
        {
            Pages.Add(page);
            Rows.AddRange(page.Connectors);
        }
    }

    private sealed class UnexpectedException : Exception
    {
        internal UnexpectedException(string message) : base(message)
        {
        }
    }

    private static void Main(string[] arguments)
    {
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        Console.SetOut(TextWriter.Synchronized(output));
        var json = new JavaScriptSerializer { MaxJsonLength = int.MaxValue };
        foreach (Case given in ((object[])json.DeserializeObject(File.ReadAllText(arguments[0]))).Cast<Case>())
        {
            try
            {
                Run(given);
                Console.WriteLine($"ok {given["name"]}");
            }
            catch (Exception error)
            {
                string why = (error as UnexpectedException)?.Message ?? error.ToString();
                Console.WriteLine($"not ok {given["name"]}: {string.Join(" ", why.Split('\r', '\n'))}");
            }
        }
    }

    private static void Run(Case given)
    {
        foreach (string unknown in given.Keys.Except(Fields))
            throw new UnexpectedException("this runner doesn't know " + unknown);
        Client client;
        try
        {
            ClientOptions options = OptionsOf((Case)given["settings"]);
            Say(new JavaScriptSerializer().Serialize(options));
            client = new Client(options);
        }
        catch (DataConnectorsException error)
        {
            Judge(given, new Outcome { Error = error });
            return;
        }
        using (client)
        {
            Say(client + " " + new JavaScriptSerializer().Serialize(client));
            if (given.ContainsKey("closed"))
                client.Dispose();
            var outcomes = new Outcome[given.TryGetValue("callers", out object callers) ? (int)callers : 1];
            Thread[] threads = Enumerable.Range(0, outcomes.Length)
                .Select(at => new Thread(() => outcomes[at] = Call(given, client))).ToArray();
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            foreach (Outcome outcome in outcomes)
                Judge(given, outcome);
        }
    }

    /// <summary>The options with these settings, whose names are the C library's.</summary>
    private static ClientOptions OptionsOf(Case settings)
    {
        var options = new ClientOptions();
        foreach (KeyValuePair<string, object> setting in settings)
        {
            PropertyInfo property = typeof(ClientOptions).GetProperty(Pascal(setting.Key));
            if (property == null)
                throw new UnexpectedException("this runner doesn't know the setting " + setting.Key);
            object value = setting.Value is int number ? (long)number : setting.Value;
            property.SetValue(options, value);
        }
        return options;
    }

    private static Outcome Call(Case given, Client client)
    {
        var outcome = new Outcome();
        var ends = new List<Timer>();
        using (var stop = new CancellationTokenSource())
        {
            Action<string, Action> endAfter = (field, end) =>
            {
                if (!given.TryGetValue(field, out object milliseconds))
                    return;
                if ((int)milliseconds == 0)
                    end();
                else
                    ends.Add(new Timer(_ => end(), null, (int)milliseconds, Timeout.Infinite));
            };
            endAfter("cancel_after_ms", stop.Cancel);
            endAfter("shutdown_after_ms", client.Shutdown);
            var clock = Stopwatch.StartNew();
            try
            {
                Perform(given, client, stop.Token, outcome);
            }
            catch (Exception error)
            {
                outcome.Error = error;
            }
            outcome.TookMs = clock.ElapsedMilliseconds;
            foreach (Timer end in ends)
            {
                // The callback may run even now, and its source must be there.
                var ended = new ManualResetEvent(false);
                end.Dispose(ended);
                ended.WaitOne();
            }
        }
        return outcome;
    }

    private static void Perform(Case given, Client client, CancellationToken stop, Outcome outcome)
    {
        long perPage = given.TryGetValue("per_page", out object rows) ? Convert.ToInt64(rows) : 0;
        string after = given.TryGetValue("starting_after", out object cursor) ? (string)cursor : null;
        bool prefetch = given.TryGetValue("prefetch", out object ahead) && (bool)ahead;
        int most = given.TryGetValue("stop_after", out object stopAfter) ? (int)stopAfter : int.MaxValue;
        string then = given.TryGetValue("then", out object next) ? (string)next : null;
        if (then != null && then != "resume" && then != "go_on")
            throw new UnexpectedException("this runner doesn't know what is then: " + then);
        switch ((string)given["call"])
        {
            case "client":
                break;
            case "page":
                outcome.Take(client.ListPage(perPage, after, stop));
                break;
            case "connectors":
                foreach (Connector connector in client.List(perPage, after, prefetch, stop))
                {
                    outcome.Rows.Add(connector);
                    if (outcome.Rows.Count == most)
                        break;
                }
                break;
            case "pages":
                using (PageWalk walk = client.List(perPage, after, prefetch, stop).Pages())
                {
                    try
                    {
                        TakePages(walk, most, outcome);
                    }
                    catch (DataConnectorsException error) when (then == "go_on")
                    {
                        outcome.Error = error;
                        TakePages(walk, int.MaxValue, outcome);
                    }
                    if (then == "resume")
                        foreach (Page page in client.List(perPage, walk.Cursor, prefetch, stop).Pages())
                            outcome.Take(page);
                }
                break;
            default:
                throw new UnexpectedException("this runner doesn't know the call " + given["call"]);
        }
    }

    private static void TakePages(PageWalk walk, int most, Outcome outcome)
    {
        for (int taken = 0; taken < most && walk.MoveNext(); taken++)
            outcome.Take(walk.Current);
    }

    private static void Judge(Case given, Outcome outcome)
    {
        if (outcome.Error != null)
            Say(outcome.Error + "\n" + Described(outcome.Error));
        var expected = (Case)given["expect"];
        expected.TryGetValue("error", out object error);
        JudgeError(outcome.Error, (Case)error);
        long least = expected.TryGetValue("least_ms", out object ms) ? (int)ms : 0;
        long most = expected.TryGetValue("most_ms", out ms) ? (int)ms : 10000;
        if (outcome.TookMs < least || outcome.TookMs > most)
            throw new UnexpectedException($"it took {outcome.TookMs} ms, and not {least} to {most}");
        Page last = outcome.Pages.LastOrDefault();
        foreach (KeyValuePair<string, object> part in expected)
        {
            switch (part.Key)
            {
                case "error":
                case "least_ms":
                case "most_ms":
                    break;
                case "rows":
                    JudgeRows(outcome.Rows, (object[])part.Value);
                    break;
                case "ids":
                    Check("ids", outcome.Rows.Select(row => (object)row.Id).ToArray(), part.Value);
                    break;
                case "pages":
                    Check("pages", outcome.Pages.Count, part.Value);
                    break;
                case "next_cursor":
                    Check(part.Key, last.NextCursor, part.Value);
                    break;
                case "request_id":
                    Check(part.Key, last.RequestId, part.Value);
                    break;
                default:
                    Check(part.Key, LimitOf(last?.RateLimit, part.Key), part.Value);
                    break;
            }
        }
    }

    private static void JudgeError(Exception error, Case expected)
    {
        if (expected == null || error == null)
        {
            Check("the error", error?.ToString(), expected);
            return;
        }
        // What a cancellation token has ended has the library's failure inside.
        var failure = (error is OperationCanceledException ? error.InnerException : error) as DataConnectorsException;
        bool closed = error is ObjectDisposedException && error.Message.Contains("closed");
        foreach (KeyValuePair<string, object> part in expected)
        {
            if (part.Key == "status")
                Check("the status of " + error, closed ? "closed" : failure?.StatusName, part.Value);
            else if (part.Key == "says")
                foreach (string said in (object[])part.Value)
                    Check($"that it says {said}: {error.Message}", error.Message.Contains(said), true);
            else if (part.Key.StartsWith("rate_limit"))
                Check(part.Key, LimitOf(failure.RateLimit, part.Key), part.Value);
            else
                Check(part.Key, ValueOf(failure, Pascal(part.Key)), part.Value);
        }
    }

    private static void JudgeRows(List<Connector> rows, object[] expected)
    {
        Check("the number of rows", rows.Count, expected.Length);
        for (int at = 0; at < expected.Length; at++)
            foreach (KeyValuePair<string, object> field in (Case)expected[at])
            {
                object value;
                if (field.Key == "created_at_ms")
                    value = rows[at].CreatedAtTime?.ToUnixTimeMilliseconds();
                else if (field.Key == "updated_at_ms")
                    value = rows[at].UpdatedAtTime?.ToUnixTimeMilliseconds();
                else
                    value = ValueOf(rows[at], Pascal(field.Key));
                Check(field.Key, value is Enum ? Convert.ToInt32(value) : value, field.Value);
            }
    }

    private static long? LimitOf(RateLimit told, string name)
    {
        switch (name)
        {
            case "rate_limit":
                return told.Limit;
            case "rate_limit_remaining":
                return told.Remaining;
            case "rate_limit_reset":
                return told.Reset;
            default:
                throw new UnexpectedException("this runner doesn't know expect." + name);
        }
    }

    private static object ValueOf(object from, string property)
    {
        PropertyInfo found = from.GetType().GetProperty(property);
        return found == null ? throw new UnexpectedException("there is no " + property) : found.GetValue(from);
    }

    private static void Check(string what, object got, object expected)
    {
        // JSON writes numbers of one kind, whatever their width is here.
        var json = new JavaScriptSerializer();
        if (json.Serialize(got) != json.Serialize(expected))
            throw new UnexpectedException($"{what} is {json.Serialize(got)}, and not {json.Serialize(expected)}");
    }

    private static string Described(object from) => string.Join("\n", from.GetType().GetProperties()
        .Where(property => property.GetIndexParameters().Length == 0)
        .Select(property => $"{property.Name}: {property.GetValue(from)}"));

    /// <summary>The name that a setting or field of C's has here: "per_page" is PerPage.</summary>
    private static string Pascal(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

    private static void Say(string text)
    {
        foreach (string line in text.Split('\n'))
            Console.WriteLine("# " + line);
    }
}
