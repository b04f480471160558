// Whether what became of a case is what it expects.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Web.Script.Serialization;
using DataConnectors;
using Case = System.Collections.Generic.Dictionary<string, object>;

/// <summary>What a call gave, and how it ended.</summary>
internal sealed class Outcome
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

internal sealed class UnexpectedException : Exception
{
    internal UnexpectedException(string message) : base(message)
    {
    }
}

internal static class ConformanceJudge
{
    internal static void Judge(Case given, Outcome outcome)
    {
        if (outcome.Error != null)
            Conformance.Say(outcome.Error + "\n" + Described(outcome.Error));
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
                Check(part.Key, ValueOf(failure, Conformance.Pascal(part.Key)), part.Value);
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
                    value = ValueOf(rows[at], Conformance.Pascal(field.Key));
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
}
