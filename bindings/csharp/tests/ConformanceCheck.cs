// Compares the outcome of a case with its expectations.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Web.Script.Serialization;
using DataConnectors;
using Case = System.Collections.Generic.Dictionary<string, object>;

/// <summary>The result of a call.</summary>
internal sealed class Outcome
{
    internal readonly List<Connector> Rows = new List<Connector>();
    internal readonly List<Page> Pages = new List<Page>();
    internal Snapshot Snapshot; // closed
    internal string Stored, Diff;
    internal Exception Error;
    internal long DurationMs;

    internal void Add(Page page)
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

internal static class ConformanceCheck
{
    internal static void Check(Case testCase, Outcome outcome)
    {
        if (outcome.Error != null)
            Conformance.Print(outcome.Error + "\n" + Describe(outcome.Error));
        var expected = (Case)testCase["expect"];
        expected.TryGetValue("error", out object error);
        CheckError(outcome.Error, (Case)error);
        long least = expected.TryGetValue("min_ms", out object ms) ? (int)ms : 0;
        long most = expected.TryGetValue("max_ms", out ms) ? (int)ms : 10000;
        if (outcome.DurationMs < least || outcome.DurationMs > most)
            throw new UnexpectedException($"duration: expected {least} to {most} ms, got {outcome.DurationMs}");
        Page last = outcome.Pages.LastOrDefault();
        foreach (KeyValuePair<string, object> part in expected)
        {
            switch (part.Key)
            {
                case "error":
                case "min_ms":
                case "max_ms":
                    break;
                case "rows":
                    CheckRows(outcome.Rows, (object[])part.Value);
                    break;
                case "ids":
                    Equal("ids", outcome.Rows.Select(row => (object)row.Id).ToArray(), part.Value);
                    break;
                case "pages":
                    Equal("pages", outcome.Pages.Count, part.Value);
                    break;
                case "state":
                    Equal(part.Key, outcome.Snapshot?.State.ToString().ToLowerInvariant(), part.Value);
                    break;
                case "reason":
                    if (part.Value == null)
                        Equal(part.Key, outcome.Snapshot.Reason, null);
                    else
                        CheckContains(part.Key, outcome.Snapshot.Reason, part.Value);
                    break;
                case "as_of_ms":
                    Equal(part.Key, outcome.Snapshot.AsOf?.ToUnixTimeMilliseconds(), part.Value);
                    break;
                case "stored_contains":
                    CheckContains(part.Key, outcome.Stored, part.Value);
                    break;
                case "diff":
                    CheckDiff((Case)new JavaScriptSerializer().DeserializeObject(outcome.Diff), (Case)part.Value);
                    break;
                case "next_cursor":
                    Equal(part.Key, last.NextCursor, part.Value);
                    break;
                case "request_id":
                    Equal(part.Key, last.RequestId, part.Value);
                    break;
                default:
                    Equal(part.Key, LimitOf(last?.RateLimit, part.Key), part.Value);
                    break;
            }
        }
    }

    private static void CheckError(Exception error, Case expected)
    {
        if (expected == null || error == null)
        {
            Equal("error", error?.ToString(), expected);
            return;
        }
        var failure = (error is OperationCanceledException ? error.InnerException : error) as DataConnectorsException;
        bool closed = error is ObjectDisposedException && error.Message.Contains("closed");
        foreach (KeyValuePair<string, object> part in expected)
        {
            if (part.Key == "status")
                Equal($"status of {error}", closed ? "closed" : failure?.StatusName, part.Value);
            else if (part.Key == "message")
                CheckContains("message", error.Message, part.Value);
            else if (part.Key.StartsWith("rate_limit"))
                Equal(part.Key, LimitOf(failure.RateLimit, part.Key), part.Value);
            else
                Equal(part.Key, ValueOf(failure, Conformance.PascalCase(part.Key)), part.Value);
        }
    }

    private static void CheckContains(string what, string text, object parts)
    {
        foreach (string part in (object[])parts)
            Equal($"\"{part}\" in {what} \"{text}\"", text != null && text.Contains(part), true);
    }

    private static void CheckDiff(Case diff, Case expected)
    {
        var changed = new Case();
        foreach (Case change in (object[])diff["changed"])
        {
            object id = change["id"];
            changed[(string)id] = change["fields"];
            Equal("changed: ids of the rows", Ids(new[] { change["old"], change["new"] }), new[] { id, id });
            var json = new JavaScriptSerializer();
            Equal("changed: equal rows", json.Serialize(change["old"]) == json.Serialize(change["new"]), false);
        }
        foreach (KeyValuePair<string, object> part in expected)
            if (part.Key == "changed")
                Equal(part.Key, changed.OrderBy(each => each.Key), ((Case)part.Value).OrderBy(each => each.Key));
            else if (part.Key == "added" || part.Key == "removed")
                Equal(part.Key, Ids((object[])diff[part.Key]), part.Value);
            else
                throw new UnexpectedException("unknown expectation " + part.Key);
    }

    private static object[] Ids(object[] rows) => rows?.Cast<Case>().Select(row => row["id"]).ToArray();

    private static void CheckRows(List<Connector> rows, object[] expected)
    {
        Equal("number of rows", rows.Count, expected.Length);
        for (int at = 0; at < expected.Length; at++)
            foreach (KeyValuePair<string, object> field in (Case)expected[at])
            {
                if (field.Key == "created_at_ms")
                    Equal(field.Key, rows[at].CreatedAtTime?.ToUnixTimeMilliseconds(), field.Value);
                else if (field.Key == "updated_at_ms")
                    Equal(field.Key, rows[at].UpdatedAtTime?.ToUnixTimeMilliseconds(), field.Value);
                else if (field.Key != "state_code" && field.Key != "http_method_code") // strings only
                    Equal(field.Key, ValueOf(rows[at], Conformance.PascalCase(field.Key)), field.Value);
            }
    }

    private static long? LimitOf(RateLimit rateLimit, string name)
    {
        switch (name)
        {
            case "rate_limit":
                return rateLimit.Limit;
            case "rate_limit_remaining":
                return rateLimit.Remaining;
            case "rate_limit_reset":
                return rateLimit.Reset;
            default:
                throw new UnexpectedException("unknown expectation " + name);
        }
    }

    private static object ValueOf(object source, string property)
    {
        PropertyInfo found = source.GetType().GetProperty(property);
        return (found ?? throw new UnexpectedException("unknown expectation " + property)).GetValue(source);
    }

    private static void Equal(string what, object actual, object expected)
    {
        // Compared as JSON, in which numbers have no size.
        var json = new JavaScriptSerializer();
        if (json.Serialize(actual) != json.Serialize(expected))
            throw new UnexpectedException($"{what}: expected {json.Serialize(expected)}, got {json.Serialize(actual)}");
    }

    private static string Describe(object source) => string.Join("\n", source.GetType().GetProperties()
        .Where(property => property.GetIndexParameters().Length == 0)
        .Select(property => $"{property.Name}: {property.GetValue(source)}"));
}
