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
using static ConformanceJudge;
using Case = System.Collections.Generic.Dictionary<string, object>;

internal static class Conformance
{
    private static readonly string[] Fields =
    {
        "name", "settings", "options", "call", "per_page", "starting_after", "prefetch", "stop_after", "then",
        "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect",
    };

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
            if (given.TryGetValue("options", out object byName))
                foreach (KeyValuePair<string, object> option in (Case)byName)
                    options.Set(option.Key, (string)option.Value);
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

    /// <summary>The name that a setting or field of C's has here: "per_page" is PerPage.</summary>
    internal static string Pascal(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

    internal static void Say(string text)
    {
        foreach (string line in text.Split('\n'))
            Console.WriteLine("# " + line);
    }
}
