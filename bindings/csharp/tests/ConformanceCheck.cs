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
                foreach (string text in (object[])part.Value)
                    Equal($"\"{text}\" in the message \"{error.Message}\"", error.Message.Contains(text), true);
            else if (part.Key.StartsWith("rate_limit"))
                Equal(part.Key, LimitOf(failure.RateLimit, part.Key), part.Value);
            else
                Equal(part.Key, ValueOf(failure, Conformance.PascalCase(part.Key)), part.Value);
        }
    }

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
